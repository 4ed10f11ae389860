"""The contents of a report, arranged from results that were computed elsewhere."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autocode.agreement import AgreementTable, CodeAgreement, Reliability
from autocode.codebook import Change, Code, Codebook, CodeId, changes_summary
from autocode.coding import Band, Basis, CoderId, Codings, Consensus, Decision, SuggestionBatch, Verdict, consensus
from autocode.report._cells import level_of, value_cell
from autocode.report._quotes import Quote, quotes
from autocode.review import band_meanings
from autocode.tables import Table
from autocode.transcripts import LineId, Role, Transcripts
from autocode.validation import CodeScore, CurvePoint, Estimate, Validation
from autocode.wording import count_of, percent

WEAK_BELOW = 0.5  # F1 below which wrong and missed suggestions of a code are more than twice as many as right ones
FEW_LINES = 10  # test lines below which one line more or less moves F1 by several hundredths
_METRICS = {"microF1": "micro F1", "macroF1": "macro F1", "brier": "Brier", "ece": "ECE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFinding:
    """One theme or subtheme: on how many lines and in how many interviews it was given, with quotes."""

    code: Code
    lines: int
    interviews: int
    quotes: tuple[Quote, ...] = ()
    subthemes: tuple["CodeFinding", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that a report shows, ready to be laid out."""

    title: str
    counts: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    participants: Table
    consensus: str
    themes: tuple[CodeFinding, ...]
    agreement_summary: tuple[str, ...]
    agreement: Table
    level: str
    verdicts: tuple["VerdictFinding", ...]
    pairs: Table | None
    suggester: "SuggesterFindings | None"
    suggestions: "SuggestionFindings | None"
    provenance: tuple[tuple[str, Table], ...]

    @property
    def n_subthemes(self) -> int:
        """The number of rows of the agreement table that are subthemes."""
        return sum(len(theme.subthemes) for theme in self.themes)

    @property
    def most_lines(self) -> int:
        """The number of lines of the commonest subtheme, whose bar has the full length."""
        return max((subtheme.lines for theme in self.themes for subtheme in theme.subthemes), default=0) or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictFinding:
    """The verdict on a row of the agreement table, and what evidence it lacks."""

    reliability: Reliability
    missing: str

    @property
    def short(self) -> str:
        """The verdict without what is missing."""
        return f"{self.reliability} yet" if self.missing else str(self.reliability)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggesterFindings:
    """What the suggester can and cannot do, on interviews that it has not seen."""

    summary: tuple[str, ...]
    metrics: Table
    codes: Table
    human: str | None
    weak: tuple[str, ...]
    too_rare: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionFindings:
    """What was suggested, and what humans decided."""

    summary: tuple[str, ...]
    bands: Table


def findings(
    *,
    title: str,
    lines: Transcripts,
    codebook: Codebook,
    codings: Codings,
    table: AgreementTable,
    validation: Validation | None,
    batch: SuggestionBatch | None,
    decisions: Sequence[Decision],
    made_with: Mapping[str, str],
    changes: Sequence[Change] = (),
    ended: Sequence[str] = (),
) -> Findings:
    """Return the contents of a report."""
    agreed = consensus(codings)
    alpha = table.overall.alpha
    known = {line.id for line in lines}
    coded = [line for line in codings.lines if line in known]
    counts = (
        (f"{len(lines.interviews)}", "interviews"),
        (f"{len(lines.participant_lines):,}", "participants' lines"),
        (f"{len(coded):,}", "of them read by coders"),
        (f"{len(codings.coders)}", "coders"),
        (f"{len(codebook.subthemes)}", "subthemes"),
        ("–" if alpha.undefined else f"{alpha.value:.2f}", "α, all codes together"),
    )
    return Findings(
        title=title,
        counts=counts,
        summary=_summary(lines, codebook, codings, len(coded), changes),
        participants=_participants(lines, codings),
        consensus=f"{agreed}",
        themes=_themes(lines, codebook, codings, agreed),
        agreement_summary=_agreement_summary(table),
        agreement=_agreement(table),
        level=level_of(alpha),
        verdicts=tuple(_verdict(row) for row in (*table.codes, *table.themes, table.overall)),
        pairs=_pairs(table),
        suggester=None if validation is None or not validation.curve else _suggester(validation),
        suggestions=_suggestions(batch, decisions) if batch is not None or decisions else None,
        provenance=_provenance(
            lines, codebook, agreed, table, validation, batch, _record_of(changes, ended), made_with
        ),
    )


def _record_of(changes: Sequence[Change], ended: Sequence[str]) -> dict[str, str]:
    """Return what is recorded about the codebook, as far as anything is."""
    record = {"changes of the codebook": changes_summary(changes), "codes that ended": "; ".join(ended)}
    return {key: value for key, value in record.items() if value}


def _summary(
    lines: Transcripts, codebook: Codebook, codings: Codings, n_coded: int, changes: Sequence[Change]
) -> tuple[str, ...]:
    judged = set(codings.lines)
    n_read = sum(any(line.id in judged for line in interview.lines) for interview in lines.interviews)
    bases = Counter(coding.basis for coding in codings)
    by_basis = ", ".join(f"{bases[basis]:,} {basis}" for basis in Basis if bases[basis])
    themes, subthemes = count_of(len(codebook.themes), "theme"), count_of(len(codebook.subthemes), "subtheme")
    made = f", after {changes_summary(changes)}" if changes else ""
    return (
        f"{count_of(len(codings.coders), 'coder')} ({', '.join(codings.coders)}) read {n_coded:,} of "
        f"{len(lines.participant_lines):,} participants' lines, in {n_read} of "
        f"{count_of(len(lines.interviews), 'interview')}, and gave them codes from a codebook of {themes} and "
        f"{subthemes} (version {codebook.version}{made}).",
        f"Their judgements: {by_basis or 'none yet'}. Agreement is measured on independent judgements only.",
        "Codes are people's judgements. A suggestion made by the machine is not a code and does not count as one "
        "until a named coder has accepted it.",
    )


def _participants(lines: Transcripts, codings: Codings) -> Table:
    keys = tuple(dict.fromkeys(key for interview in lines.interviews for key in interview.attributes))
    rows = []
    judged = set(codings.lines)
    for interview in lines.interviews:
        answers = [line for line in interview.lines if line.role is Role.PARTICIPANT]
        read = [line for line in answers if line.id in judged]
        coders = ", ".join(sorted({coding.coder for line in read for coding in codings.of(line.id)}))
        attributes = (interview.attributes.get(key, "") for key in keys)
        rows.append((interview.id, *attributes, f"{len(answers)}", f"{len(read)}", coders or "nobody yet"))
    n = len(keys)
    return Table(
        head=("Interview", *(key.replace("_", " ").capitalize() for key in keys), "Lines", "Read", "Coders"),
        rows=tuple(rows),
        numeric=frozenset({n + 1, n + 2}),
    )


def _themes(lines: Transcripts, codebook: Codebook, codings: Codings, agreed: Consensus) -> tuple[CodeFinding, ...]:
    codebook = codebook.labelled()
    interview_of = {line.id: line.transcript for line in lines}
    lines_with: dict[CodeId, list[LineId]] = {code: [] for code in codebook}
    for line, codes in agreed.codes.items():
        for code_id in codes & lines_with.keys():
            lines_with[code_id].append(line)
    chosen = quotes(lines, codings, agreed, [code.id for code in codebook.subthemes])

    def finding(code: Code, given_to: Iterable[LineId], subthemes: tuple[CodeFinding, ...] = ()) -> CodeFinding:
        known = {line for line in given_to if line in interview_of}
        return CodeFinding(
            code=code,
            lines=len(known),
            interviews=len({interview_of[line] for line in known}),
            quotes=chosen.get(code.id, ()),
            subthemes=subthemes,
        )

    groups: dict[CodeId | None, list[Code]] = {code.id: [] for code in codebook.themes if code.parent is None}
    for code in codebook.subthemes:
        top = codebook.theme_of(code.id) or code
        groups.setdefault(top.id if top in codebook.themes else None, []).append(code)
    themes = []
    for theme, group in groups.items():
        heading = Code(id=CodeId(""), name="Codes without a theme", codable=False) if theme is None else codebook[theme]
        subthemes = tuple(finding(code, lines_with[code.id]) for code in group)
        all_lines = [line for code in group for line in lines_with[code.id]] + lines_with.get(heading.id, [])
        themes.append(finding(heading, all_lines, subthemes))
    return tuple(themes)


def _agreement_summary(table: AgreementTable) -> tuple[str, ...]:
    overall = table.overall.alpha
    sentences = [
        f"For all codes together, Krippendorff's α of the sets of codes (MASI distance) is {overall}.",
        "The verdict on a code compares the lower bound of its interval with Krippendorff's thresholds: .800 to rely "
        "on the code, .667 for tentative conclusions.",
    ]
    for verdict in Reliability:
        names = [row.name for row in table.codes if row.alpha.reliability is verdict]
        if names:
            of_all = f"{len(names)} of {count_of(len(table.codes), 'subtheme')}"
            sentences.append(f"{verdict.capitalize()} ({of_all}): {'; '.join(names)}.")
    if "kappa" in table.overall.coefficients:
        kappa = table.overall.coefficients["kappa"]
        sentences.append(
            f"Cohen's κ, averaged over codes and pairs of coders, is {kappa.estimate}; pairs of a code and two coders "
            "for which it is undefined are left out of the mean."
        )
    if "caution" in table.conventions:
        sentences.append(f"Caution: {table.conventions['caution']}.")
    if table.waiting:
        sentences.append(table.codebook)
    if "codes" in table.conventions:
        sentences.append(f"Codes: {table.conventions['codes']}.")
    return tuple(sentences)


def _agreement(table: AgreementTable) -> Table:
    rows = []
    for row in (*table.codes, *table.themes, table.overall):
        by = row.coefficients
        rows.append(
            (
                _name(row, table),
                row.alpha.estimate,
                row.verdict,
                f"{row.applied}",
                percent(row.prevalence),
                percent(by["percent"].value),
                value_cell(by.get("positive")),
                value_cell(by.get("negative")),
                value_cell(by.get("ac1")),
            )
        )
    return Table(
        head=(
            "Code",
            f"α [{level_of(table.widest.alpha)} interval]",
            "Verdict",
            "Lines",
            "Applied",
            "Agree",
            "P+",
            "P−",
            "AC1",
        ),
        rows=tuple(rows),
        numeric=frozenset({1, *range(3, 9)}),
    )


def _verdict(row: CodeAgreement) -> VerdictFinding:
    return VerdictFinding(reliability=row.alpha.reliability, missing=row.missing_evidence)


def _name(row: CodeAgreement, table: AgreementTable) -> str:
    if row is table.overall:
        return "All codes (sets, MASI)"
    return f"{row.name} (theme)" if row in table.themes and not row.name.endswith(" (theme)") else row.name


def _pairs(table: AgreementTable) -> Table | None:
    kappas = table.overall.pairs
    if not kappas:
        return None
    coders: tuple[CoderId, ...] = tuple(dict.fromkeys(coder for pair in kappas for coder in pair))

    def cell(a: CoderId, b: CoderId) -> str:
        kappa = kappas.get((a, b)) or kappas.get((b, a))
        return "" if kappa is None else f"{kappa.estimate}, {count_of(kappa.n_pairable, 'line')}"

    rows = tuple(
        (a, *(cell(a, b) if i > j else "" for j, b in enumerate(coders[:-1]))) for i, a in enumerate(coders) if i
    )
    return Table(head=("", *coders[:-1]), rows=rows, numeric=frozenset(range(1, len(coders))))


def _suggester(validation: Validation) -> SuggesterFindings:
    points = sorted(validation.curve, key=lambda point: point.n)
    names = tuple(points[-1].metrics)
    rows = []
    for point in points:
        for method, metrics in _methods(point).items():
            rows.append((f"{point.n:,}", method, *(str(metrics[k]) if k in metrics else "" for k in names)))
    weak = tuple(score.name for score in validation.codes if score.n >= FEW_LINES and score.f1.mean < WEAK_BELOW)
    too_rare = tuple(score.name for score in validation.codes if score.n < FEW_LINES or score.f1.mean != score.f1.mean)
    human = None
    if validation.human is not None:
        both = validation.human
        human = f"{both.what}: two people {both.human_human}; the suggester and a person {both.model_human}."
    return SuggesterFindings(
        summary=_suggester_summary(points[-1]),
        metrics=Table(
            head=("Learned from", "Method", *(_METRICS.get(name, name) for name in names)),
            rows=tuple(rows),
            numeric=frozenset(range(2, 2 + len(names))),
        ),
        codes=Table(
            head=(
                "Code",
                "Lines",
                "Precision",
                "Recall",
                "F1",
                "Average precision",
                "α between people",
                "α with people",
            ),
            rows=tuple(_score(score) for score in validation.codes),
            numeric=frozenset(range(1, 8)),
        ),
        human=human,
        weak=weak,
        too_rare=too_rare,
    )


def _methods(point: CurvePoint) -> dict[str, Mapping[str, Estimate]]:
    return {"autocode": point.metrics, **point.baselines}


def _suggester_summary(last: CurvePoint) -> tuple[str, ...]:
    sentences = [
        "The suggester was tested on interviews it had never seen: whole interviews are held out, because people "
        f"repeat themselves. It learned from up to {count_of(last.n, 'human-coded line', thousands=',')}, in "
        f"{count_of(last.seeds, 'random split')}."
    ]
    if "R@3" in last.metrics:
        others = [f"{name} {m['R@3'].mean:.2f}" for name, m in last.baselines.items() if "R@3" in m]
        baselines = f" (baselines: {', '.join(others)})" if others else ""
        sentences.append(
            f"Of the codes that people gave to a line, {last.metrics['R@3']} are among its first three "
            f"suggestions{baselines}."
        )
    return tuple(sentences)


def _score(score: CodeScore) -> tuple[str, ...]:
    return (
        score.name,
        f"{score.n}",
        str(score.precision),
        str(score.recall),
        str(score.f1),
        str(score.average_precision),
        "–" if score.human is None else str(score.human),
        "–" if score.model is None else str(score.model),
    )


def _suggestions(batch: SuggestionBatch | None, decisions: Sequence[Decision]) -> SuggestionFindings:
    sentences = []
    suggested: Counter[Band] = Counter()
    if batch is not None:
        lines = {suggestion.line for suggestion in batch.suggestions}
        decided = lines & {decision.line for decision in decisions if decision.batch == batch.id}
        suggested = Counter(suggestion.band for suggestion in batch.suggestions)
        sentences.append(
            f"{count_of(len(batch.suggestions), 'suggestion')} for {count_of(len(lines), 'line')}; "
            f"{count_of(len(lines - decided), 'line')} without a coder's decision yet."
        )
        if batch.abstentions:
            counts = Counter(abstention.reason for abstention in batch.abstentions)
            reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(counts.items()))
            sentences.append(f"No suggestion for {count_of(len(batch.abstentions), 'line')}: {reasons}.")
    shown = [suggestion for decision in decisions for suggestion in decision.shown]
    if decisions:
        coders = ", ".join(sorted({decision.coder for decision in decisions}))
        verdicts = Counter(suggestion.verdict for suggestion in shown)
        by_verdict = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict)
        sentences.append(f"{count_of(len(decisions), 'decision')} by {coders}: {by_verdict}.")
    else:
        sentences.append("Nobody has decided on any of them yet, so none of them counts as a code.")
    # with few decisions the share that was kept would be mostly chance
    known = [f"{meaning}" for meaning in band_meanings(decisions) if meaning.known]
    if known:
        sentences.append(f"What strengths have meant so far: {'; '.join(known)}.")
    decided_on = Counter((suggestion.band, suggestion.verdict) for suggestion in shown)
    return SuggestionFindings(
        summary=tuple(sentences),
        bands=Table(
            head=("Strength", "Suggested", *(verdict.capitalize() for verdict in Verdict)),
            rows=tuple(
                (band, f"{suggested[band]}", *(f"{decided_on[band, verdict]}" for verdict in Verdict)) for band in Band
            ),
            numeric=frozenset(range(1, 5)),
        ),
    )


def _provenance(
    lines: Transcripts,
    codebook: Codebook,
    agreed: Consensus,
    table: AgreementTable,
    validation: Validation | None,
    batch: SuggestionBatch | None,
    record: Mapping[str, str],
    made_with: Mapping[str, str],
) -> tuple[tuple[str, Table], ...]:
    """Return how every number was computed, and from what, in sections of keys and values."""

    def section(entries: Mapping[str, object]) -> Table:
        return Table(head=("What", "How"), rows=tuple((f"{key}", f"{value}") for key, value in entries.items()))

    counting = {
        "codes of a line": "adjudicated, else a strict majority of its coders, per code",
        "here": f"{agreed}",
        "counts": "lines and interviews that have the code by this rule; a theme counts a line once",
        "quotes": "lines on which the most coders agreed, of moderate length, from different interviews where possible",
    }
    sections = [("Counts and quotes", section(counting)), ("Agreement", section(table.conventions))]
    if validation is not None:
        sections.append(("Validation", section({"corpus": validation.corpus, **validation.protocol})))
    sources = {"codebook": f"version {codebook.version}, SHA-256 {codebook.digest}", **record}
    if batch is not None:
        sources |= {"suggestions": f"batch {batch.id}, made by {batch.model} with codebook {batch.codebook}"}
    sources |= {f"interview {interview.id}": f"SHA-256 {interview.digest}" for interview in lines.interviews}
    sections.append(("Sources", section(sources)))
    if made_with:
        sections.append(("Made with", section(made_with)))
    return tuple(sections)
