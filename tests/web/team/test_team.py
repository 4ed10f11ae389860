"""Where the team stands, the lines to read again, and the codebook, as they are asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

import studies
from autocode.agreement import agreement_table
from autocode.codebook import Code, Codebook
from autocode.coding import CoderId, Proposal
from autocode.conduct import Amendment, Replacement
from autocode.transcripts import LineId, Transcripts
from autocode.web import FlaggedLine, SuggesterStatus


def test_progress_differences_proposals_and_unused_codes_are_told(asked_by, differing, coding_of):
    differing.append(
        coding_of("GP1:2", "TW", "logistics", basis="adjudicated"),
        Proposal(name="Language", line=LineId("GP1:3"), coder=CoderId("MO")),
        Proposal(name="language ", line=LineId("GP1:5"), coder=CoderId("JB")),
        Proposal(name="Meetings, inefficient", line=LineId("GP1:5"), coder=CoderId("JB")),
        Proposal(name="Logistical issues", line=LineId("GP1:5"), coder=CoderId("JB")),
    )
    told = asked_by("SK").get("/team").text

    assert "<b>JB</b> <span>5 of 5 lines</span>" in told
    assert "<b>TW</b> <span>1 line adjudicated</span>" in told  # who does not code is not behind
    assert "5 coded independently. None fits on 3 lines; 3 codes proposed." in told
    assert "<b>1</b> of <b>3</b> lines on which independent codings differ have been adjudicated." in told
    assert '<span class="chip proposed">Language</span> <span class="soft">JB, MO, on 2 lines</span>' in told
    assert "Meetings, inefficient" in told
    assert '<span class="chip proposed">Logistical issues</span>' not in told
    assert told.index("Unused codes") < told.index("Minimal interoperability")


def test_agreement_is_that_of_the_agreement_room_and_few_lines_are_not_judged(asked_by, differing, codebook, lines):
    from autocode.agreement import agreement_table

    told = asked_by("SK").get("/team").text
    table = agreement_table(differing.codings(), lines, codebook)

    for row in table.codes:
        assert f'<span class="number">{"–" if row.alpha.undefined else row.alpha.estimate}</span>' in told
    assert f"All codes together {table.overall.alpha.estimate}" in told
    assert table.overall.alpha.basis in told
    assert told.count("Not enough evidence yet: ") == len(table.codes)
    assert told.count('class="code few"') == len(table.codes)


def test_assisted_readings_count_for_no_agreement(asked_by, journal, coding_of):
    journal.append(*(coding_of("GP1:2", coder, "logistics", basis="assisted") for coder in ("MO", "JB")))
    told = asked_by("TW").get("/team").text

    assert "No line has been coded by two coders yet." in told
    assert 'class="number"' not in told


def test_a_code_that_left_the_codebook_is_said_and_the_rest_is_told(asked_by, differing, coding_of):
    differing.append(coding_of("PM1:2", "MO", "moon"))
    told = asked_by("SK").get("/team").text

    assert "the code &#39;moon&#39; was given to lines but is not in the codebook" in told
    assert "<b>MO</b>" in told


def test_before_anybody_codes_the_page_says_so(asked_by, journal):
    told = asked_by("SK", coders=(), coding_closed=True).get("/team").text

    assert "Nobody has coded a line yet." in told
    assert "This study has no suggester yet." in told
    assert "No independent codings of the same line differ." in told


def test_what_was_told_is_told_anew_when_the_journal_grows(asked_by, differing, coding_of):
    asked = asked_by("SK")
    before = asked.get("/team").text
    differing.append(coding_of("GP1:2", "AA", "logistics"))

    assert "<b>AA</b>" not in before
    assert "<b>AA</b>" in asked.get("/team").text


def test_what_the_machine_may_not_suggest_yet_is_said_in_its_own_words(asked_by, journal):
    told = asked_by(
        "TW",
        suggester=SuggesterStatus(learnt_from="learnt from 3 lines", unsupported=["'x' stands on one line <only>."]),
    )

    assert "&#39;x&#39; stands on one line &lt;only&gt;." in told.get("/team").text
    quiet = (
        asked_by("TW", suggester=SuggesterStatus(learnt_from="learnt from 3 lines", unsupported=[])).get("/team").text
    )
    assert "None: every code can be suggested." in quiet
    assert "The suggester has learnt from 3 lines." in quiet


def test_lines_to_read_again_show_who_gave_what_and_why_they_surprise(asked_by, differing):
    flagged = [
        FlaggedLine(line=LineId("GP1:2"), reason="It surprises."),
        FlaggedLine(line=LineId("GP9:1"), reason="It is gone."),
    ]
    told = asked_by("SK", flagged=flagged).get("/team/slips").text

    assert "There is one number and it rings out." in told
    assert "It surprises." in told
    assert "It is gone." not in told
    assert '<span class="by">JB</span>' in told
    assert "None found." in asked_by("SK").get("/team/slips").text


def test_a_quoted_line_of_a_focus_group_names_who_said_it(asked_by, differing, lines):
    def with_ben(interview):
        said = (replace(line, speaker="Ben") if line.id == "GP1:3" else line for line in interview.lines)
        return replace(interview, lines=tuple(said))

    group = Transcripts(map(with_ben, lines.interviews))
    differing.append(Proposal(name="Language", line=LineId("GP1:3"), coder=CoderId("JB")))
    for path in ("/team", "/team/slips"):
        flagged = [FlaggedLine(line=LineId("GP1:3"), reason="It surprises.")]

        assert "<cite>Ben in GP1, line 3</cite>" in asked_by("SK", flagged=flagged, lines=group).get(path).text
        assert "<cite>GP1, line 3</cite>" in asked_by("SK", flagged=flagged).get(path).text


def test_who_still_reads_independently_sees_no_others_slips(asked_by, journal, coding_of):
    journal.append(coding_of("GP1:2", "MO", "logistics"), coding_of("GP1:2", "JB", "awareness"))
    flagged = [FlaggedLine(line=LineId("GP1:2"), reason="It surprises.")]
    answer = asked_by("MO", flagged=flagged).get("/team/slips")

    assert answer.status_code == 403
    assert "MO has 4 lines left to read" in answer.text
    assert "It surprises." not in answer.text
    assert "It surprises." in asked_by("MO", flagged=flagged, coding_closed=True).get("/team/slips").text


def test_who_still_reads_is_told_how_far_everybody_is_and_nothing_of_what_they_gave(asked_by, differing):
    differing.append(
        Proposal(name="Language", line=LineId("GP1:3"), coder=CoderId("JB")),
        studies.coding_of("GP1:2", "TW", "logistics", basis="adjudicated"),
    )
    begins = asked_by("AA", coders=("MO", "JB", "SK", "AA")).get("/team").text
    over = asked_by("AA", coders=("MO", "JB", "SK", "AA"), coding_closed=True).get("/team").text

    assert "<b>JB</b> <span>5 of 5 lines</span>" in begins
    assert "<b>AA</b> <span>0 of 5 lines</span>" in begins
    assert "AA has 5 lines left to read" in begins
    for given in ("Language", "None fits on 3 lines", "adjudicated", "Agreement by code", "Unused", "suggested yet"):
        assert given not in begins
        assert given in over
    assert "Parking there is a day&#39;s work." in over


def test_coders_whom_the_study_names_are_told_of_before_they_begin(asked_by, journal):
    assert "<b>AA</b> <span>0 of 5 lines</span>" in asked_by("SK", coders=("AA",)).get("/team").text


def test_the_codebook_tells_when_to_use_a_code_and_when_not(asked_by, codebook):
    told = asked_by("SK").get("/codebook").text

    assert "Getting there." in told
    assert "The codebook does not define it yet." in told
    assert "version 1, 4 codes" in told
    assert told.index("Accessing services") < told.index("Logistical issues") < told.index("Inefficient meetings")


@pytest.mark.parametrize("path", ["/adjudicate", "/team", "/team/slips", "/codebook"])
def test_scripts_in_words_names_and_codes_are_words(asked_by, differing, hostile, path):
    differing.append(Proposal(name="<script>alert(3)</script>", line=LineId("GP1:2"), coder=CoderId("<i>MO</i>")))
    flagged = [FlaggedLine(line=LineId("GP1:2"), reason="<script>alert(4)</script>")]
    told = asked_by("TW", flagged=flagged, **hostile).get(path).text

    assert "<img" not in told
    assert "<script>alert" not in told
    assert "1337" not in told
    assert "<i>MO</i>" not in told


@pytest.mark.parametrize("path", ["/team", "/team/slips", "/codebook"])
def test_strangers_see_nothing(asked_by, differing, path):
    assert asked_by(None).get(path).status_code == 403


def test_agreement_of_the_other_codes_stays_after_a_code_was_added(asked_by, differing, codebook, lines):
    added = Code(id="language", name="Language")
    for coding in differing.codings():
        differing.append(replace(coding, unjudged=frozenset({"language"}), version="1"))
    shown = asked_by("SK").get("/team").text
    table = agreement_table(differing.codings(), lines, Codebook([*codebook.values(), added]))

    assert "No line has been coded by two coders yet" not in shown
    assert table.widest.alpha.basis in shown
    assert f"{len(differing.codings())} judgements made before a code was added" in shown


def amendment_of(transcript, *, after: str, **more: object) -> Amendment:
    ids = tuple(line.id for line in transcript.lines)
    return Amendment(
        transcript=transcript.id, before="", after=after, lines=ids, fingerprints=(), changed=ids[1:2],
        by="TW", reason="as on the recording <1>", at=datetime(2026, 3, 5, tzinfo=UTC),
        **{"replaced": (Replacement(before=("GP1:9",), after=ids[2:4]),), **more},
    )  # fmt: skip


def test_corrected_interviews_are_listed_with_who_why_and_how_much_is_to_be_read_again(asked_by, journal, lines):
    assert "Corrected interviews" not in asked_by("SK").get("/team").text
    interview = lines.interview("GP1")
    journal.append(amendment_of(interview, after=interview.digest))
    shown = asked_by("SK").get("/team").text

    assert "<b>GP1</b> by TW on 5 March 2026: as on the recording &lt;1&gt; " in shown
    assert '<span class="soft">1 changed a little, 2 to read again</span>' in shown


@pytest.mark.parametrize("page", ["/team", "/team/slips"])
def test_a_page_that_is_open_while_an_interview_is_amended_says_to_start_again(asked_by, differing, lines, page):
    asked = asked_by("SK", flagged=lambda: ())
    differing.append(amendment_of(lines.interview("GP1"), after="0", replaced=()))
    answer = asked.get(page)

    assert answer.status_code == 409
    assert "Stop autocode with Ctrl+C and start it again: an interview was corrected since." in answer.text
