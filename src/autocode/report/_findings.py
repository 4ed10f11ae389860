"""What a report says, arranged from results that were computed elsewhere."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autocode.agreement import Agreement, AgreementTable, CodeAgreement, Reliability
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Band, Basis, CoderId, Codings, Consensus, Decision, SuggestionBatch, Verdict, consensus
from autocode.report._quotes import Quote, quotes
from autocode.review import band_meanings
from autocode.transcripts import LineId, Transcripts
from autocode.validation import CodeScore, CurvePoint, Estimate, Validation

WEAK_BELOW = 0.5
FEW_LINES = 10
_METRICS = {"microF1": "micro F1", "macroF1": "macro F1", "brier": "Brier", "ece": "ECE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Text in rows under headings; `numeric` names the columns to align to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One theme or subtheme: on how many lines, in how many interviews, and in whose words."""

    code: Code
    lines: int
    interviews: int
    quotes: tuple[Quote, ...] = ()
    under: tuple["Found", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that a report shows, ready to be set."""

    title: str
    counts: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    participants: Table
    consensus: str
    themes: tuple[Found, ...]
    agreement_summary: tuple[str, ...]
    agreement: Table
    level: str
    reliabilities: tuple[Reliability, ...]
    pairs: Table | None
    suggester: "SuggesterFindings | None"
    suggestions: "SuggestionFindings | None"
    made: tuple[tuple[str, Table], ...]

    @property
    def n_subthemes(self) -> int:
        """How many rows of the agreement table are subthemes."""
        return sum(len(theme.under) for theme in self.themes)

    @property
    def most(self) -> int:
        """The lines of the commonest subtheme, the length of its bar."""
        return max((sub.lines for theme in self.themes for sub in theme.under), default=0) or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggesterFindings:
    """What the suggester can do and cannot, on interviews that it has not seen."""

    summary: tuple[str, ...]
    metrics: Table
    codes: Table
    human: str | None
    weak: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionFindings:
    """What was proposed, and what humans made of it."""

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
) -> Findings:
    """Return what the report will say."""
    held = consensus(codings)
    alpha = table.overall.alpha
    coded = [line for line in codings.lines if line in _ids(lines)]
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
        summary=_summary(lines, codebook, codings, len(coded)),
        participants=_participants(lines, codings),
        consensus=f"{held}",
        themes=_themes(lines, codebook, codings, held),
        agreement_summary=_agreement_summary(table),
        agreement=_agreement(table),
        level=_level(table),
        reliabilities=tuple(row.alpha.reliability for row in (*table.codes, *table.themes, table.overall)),
        pairs=_pairs(table),
        suggester=None if validation is None or not validation.curve else _suggester(validation),
        suggestions=_suggestions(batch, decisions) if batch is not None or decisions else None,
        made=_made(lines, codebook, held, table, validation, batch, made_with),
    )


def _ids(lines: Transcripts) -> frozenset[str]:
    return frozenset(line.id for line in lines)


def _summary(lines: Transcripts, codebook: Codebook, codings: Codings, n_coded: int) -> tuple[str, ...]:
    judged = set(codings.lines)
    n_read = sum(1 for one in lines.interviews if any(line.id in judged for line in one.lines))
    bases = Counter(one.basis for one in codings)
    said = ", ".join(f"{bases[basis]:,} {basis}" for basis in Basis if bases[basis])
    return (
        f"{_n(len(codings.coders), 'coder')} ({', '.join(codings.coders)}) read {n_coded:,} of "
        f"{len(lines.participant_lines):,} participants' lines, in {n_read} of {_n(len(lines.interviews), 'interview')}"
        f", and gave them codes from a codebook of {_n(len(codebook.themes), 'theme')} and "
        f"{_n(len(codebook.subthemes), 'subtheme')} (version {codebook.version}).",
        f"Their judgements: {said or 'none yet'}. Agreement is measured on independent judgements only.",
        "Codes are people's judgements. A suggestion made by the machine is not a code and is counted as none "
        "until a named coder has accepted it.",
    )


def _participants(lines: Transcripts, codings: Codings) -> Table:
    keys = tuple(dict.fromkeys(key for one in lines.interviews for key in one.attributes))
    rows = []
    judged = set(codings.lines)
    for one in lines.interviews:
        spoken = [line for line in one.lines if line.role != "interviewer"]
        read = [line for line in spoken if line.id in judged]
        coders = sorted({c.coder for line in read for c in codings.of(line.id)})
        attributes = (one.attributes.get(key, "") for key in keys)
        rows.append((one.id, *attributes, f"{len(spoken)}", f"{len(read)}", ", ".join(coders) or "nobody yet"))
    n = len(keys)
    return Table(
        head=("Interview", *(key.replace("_", " ").capitalize() for key in keys), "Lines", "Read", "Coders"),
        rows=tuple(rows),
        numeric=frozenset({n + 1, n + 2}),
    )


def _themes(lines: Transcripts, codebook: Codebook, codings: Codings, held: Consensus) -> tuple[Found, ...]:
    interview_of = {line.id: line.transcript for line in lines}
    where: dict[CodeId, list[LineId]] = {code: [] for code in codebook}
    for line, given in held.codes.items():
        for code_id in given & where.keys():
            where[code_id].append(line)
    chosen = quotes(lines, codings, held, [code.id for code in codebook.subthemes])

    def found(code: Code, at: Iterable[LineId], under: tuple[Found, ...] = ()) -> Found:
        places = {line for line in at if line in interview_of}
        return Found(
            code=code,
            lines=len(places),
            interviews=len({interview_of[line] for line in places}),
            quotes=chosen.get(code.id, ()),
            under=under,
        )

    groups: dict[CodeId | None, list[Code]] = {code.id: [] for code in codebook.themes if code.parent is None}
    for code in codebook.subthemes:
        top = codebook.theme_of(code.id)
        groups.setdefault(None if top is None else top.id, []).append(code)
    arranged = []
    for theme, codes in groups.items():
        heading = Code(id=CodeId(""), name="Codes without a theme", codable=False) if theme is None else codebook[theme]
        under = tuple(found(code, where[code.id]) for code in codes)
        all_lines = [line for code in codes for line in where[code.id]] + where.get(heading.id, [])
        arranged.append(found(heading, all_lines, under))
    return tuple(arranged)


def _agreement_summary(table: AgreementTable) -> tuple[str, ...]:
    overall = table.overall.alpha
    sentences = [
        f"Over all codes together, Krippendorff's α of the sets of codes (MASI distance) is {overall}.",
        "The verdict on a code holds the lower bound of its interval against Krippendorff's thresholds: .800 to rely "
        "on the code, .667 for tentative conclusions.",
    ]
    for verdict in Reliability:
        names = [row.name for row in table.codes if row.alpha.reliability is verdict]
        if names:
            sentences.append(
                f"{verdict.capitalize()} ({len(names)} of {_n(len(table.codes), 'subtheme')}): {'; '.join(names)}."
            )
    if "kappa" in table.overall.coefficients:
        kappa = table.overall.coefficients["kappa"]
        sentences.append(
            f"Cohen's κ, averaged over codes and pairs of coders, is {kappa.estimate}; pairs of a code and two coders "
            "for which it is undefined are left out of the mean."
        )
    if "caution" in table.conventions:
        sentences.append(f"Caution: {table.conventions['caution']}.")
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
                _percent(row.prevalence),
                _percent(by["percent"].value),
                _bare(by.get("positive")),
                _bare(by.get("negative")),
                _bare(by.get("ac1")),
            )
        )
    return Table(
        head=("Code", f"α [{_level(table)} interval]", "Verdict", "Lines", "Applied", "Agree", "P+", "P−", "AC1"),
        rows=tuple(rows),
        numeric=frozenset({1, *range(3, 9)}),
    )


def _level(table: AgreementTable) -> str:
    return f"{100 * table.overall.alpha.level:g} %"


def _name(row: CodeAgreement, table: AgreementTable) -> str:
    if row is table.overall:
        return "All codes (sets, MASI)"
    return f"{row.name} (theme)" if row in table.themes else row.name


def _pairs(table: AgreementTable) -> Table | None:
    kappas = table.overall.pairs
    if not kappas:
        return None
    coders: tuple[CoderId, ...] = tuple(dict.fromkeys(coder for pair in kappas for coder in pair))

    def cell(a: CoderId, b: CoderId) -> str:
        found = kappas.get((a, b)) or kappas.get((b, a))
        return "" if found is None else f"{found.estimate}, {found.n_pairable} lines"

    rows = tuple(
        (a, *(cell(a, b) if i > j else "" for j, b in enumerate(coders[:-1]))) for i, a in enumerate(coders) if i
    )
    return Table(head=("", *coders[:-1]), rows=rows, numeric=frozenset(range(1, len(coders))))


def _suggester(validation: Validation) -> SuggesterFindings:
    last = max(validation.curve, key=lambda point: point.n)
    names = tuple(last.metrics)
    points = sorted(validation.curve, key=lambda point: point.n)
    rows = []
    for point in points:
        for method, metrics in _methods(point).items():
            rows.append((f"{point.n:,}", method, *(str(metrics[k]) if k in metrics else "" for k in names)))
    weak = tuple(score.name for score in validation.codes if score.n >= FEW_LINES and score.f1.mean < WEAK_BELOW)
    unknown = tuple(score.name for score in validation.codes if score.n < FEW_LINES or score.f1.mean != score.f1.mean)
    human = None
    if validation.human is not None:
        told = validation.human
        human = f"{told.what}: two people {told.human_human}; the suggester and a person {told.model_human}."
    return SuggesterFindings(
        summary=_suggester_summary(last, validation),
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
        unknown=unknown,
    )


def _methods(point: CurvePoint) -> dict[str, Mapping[str, Estimate]]:
    return {"autocode": point.metrics, **point.baselines}


def _suggester_summary(last: CurvePoint, validation: Validation) -> tuple[str, ...]:
    said = [
        "The suggester was tried on interviews it had never seen: whole interviews are held out, because people "
        f"repeat themselves. It learned from up to {last.n:,} human-coded lines, {_n(last.seeds, 'time')} over."
    ]
    if "R@3" in last.metrics:
        others = [f"{name} {m['R@3'].mean:.2f}" for name, m in last.baselines.items() if "R@3" in m]
        beside = f" (for scale: {', '.join(others)})" if others else ""
        said.append(
            f"Of the codes that people gave to a line, {last.metrics['R@3']} are among its first three "
            f"suggestions{beside}."
        )
    return tuple(said)


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
    said = []
    proposed: Counter[Band] = Counter()
    if batch is not None:
        lines = {one.line for one in batch.suggestions}
        settled = lines & {decision.line for decision in decisions if decision.batch == batch.id}
        proposed = Counter(one.band for one in batch.suggestions)
        silent = Counter(one.reason for one in batch.abstentions)
        said.append(
            f"{_n(len(batch.suggestions), 'suggestion')} for {_n(len(lines), 'line')}; "
            f"{_n(len(lines - settled), 'line')} without a coder's decision yet."
        )
        if silent:
            why = ", ".join(f"{n} {reason}" for reason, n in sorted(silent.items()))
            said.append(f"Silent on {_n(len(batch.abstentions), 'line')}: {why}.")
    shown = [one for decision in decisions for one in decision.shown]
    if decisions:
        who = ", ".join(sorted({decision.coder for decision in decisions}))
        verdicts = Counter(one.verdict for one in shown)
        said.append(
            f"{_n(len(decisions), 'decision')} by {who}: " + ", ".join(f"{verdicts[v]} {v}" for v in Verdict) + "."
        )
    else:
        said.append("Nobody has decided on any of them yet, so none of them counts as a code.")
    # What a band has meant shows from so many decisions on that it means something.
    meant = [f"{one}" for one in band_meanings(decisions) if one.known]
    if meant:
        said.append(f"What strengths have meant so far: {'; '.join(meant)}.")
    by = Counter((one.band, one.verdict) for one in shown)
    return SuggestionFindings(
        summary=tuple(said),
        bands=Table(
            head=("Strength", "Suggested", *(verdict.capitalize() for verdict in Verdict)),
            rows=tuple((band, f"{proposed[band]}", *(f"{by[band, verdict]}" for verdict in Verdict)) for band in Band),
            numeric=frozenset(range(1, 5)),
        ),
    )


def _made(
    lines: Transcripts,
    codebook: Codebook,
    held: Consensus,
    table: AgreementTable,
    validation: Validation | None,
    batch: SuggestionBatch | None,
    made_with: Mapping[str, str],
) -> tuple[tuple[str, Table], ...]:
    def told(pairs: Iterable[tuple[str, object]]) -> Table:
        return Table(head=("What", "How"), rows=tuple((f"{key}", f"{value}") for key, value in pairs))

    counting = {
        "codes of a line": "adjudicated, else a strict majority of its coders, per code",
        "here": f"{held}",
        "counts": "lines and interviews that have the code by this rule; a theme counts a line once",
        "quotes": "lines on which the most coders agreed, of moderate length, from different interviews where possible",
    }
    sections = [("Counts and quotes", told(counting.items())), ("Agreement", told(table.conventions.items()))]
    if validation is not None:
        sections.append(("Validation", told({"corpus": validation.corpus, **validation.protocol}.items())))
    sources = {"codebook": f"version {codebook.version}, SHA-256 {codebook.digest}"}
    if batch is not None:
        sources |= {"suggestions": f"batch {batch.id}, made by {batch.model} with codebook {batch.codebook}"}
    sources |= {f"interview {one.id}": f"SHA-256 {one.digest}" for one in lines.interviews}
    sections.append(("Sources", told(sources.items())))
    if made_with:
        sections.append(("Made with", told(made_with.items())))
    return tuple(sections)


def _n(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _percent(value: float) -> str:
    return "–" if value != value else f"{100 * value:.0f} %"


def _bare(agreement: Agreement | None) -> str:
    return "" if agreement is None else "–" if agreement.undefined is not None else f"{agreement.value:.2f}"
