"""Results in words, for a terminal. Slices count from 1 here, as on the screen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from brainviewer.core.counting import listed, probability
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study
from brainviewer.painting.text.location import location_lines
from brainviewer.painting.text.measurements import (
    AGREEMENT,
    agreement_lines,
    cavity_text,
    largest_slices_text,
    measurement_lines,
    tumour_slice_text,
)
from brainviewer.painting.text.predictions import (
    ONLY_GLIOMAS,
    RESTS_ON,
    absence_text,
    odds_text,
)
from brainviewer.painting.text.wording import RESEARCH_ONLY, correction_text


def study_text(record: Mapping[str, Any], headers: Sequence[str] = ()) -> str:
    """What a study holds, one sequence a line; or what an image is.

    headers : lines on the headers of its files.
    """
    if "image" in record:
        return with_notices(_image_lines(record["image"]), record["notices"])
    rows = [
        (
            name,
            " × ".join(str(n) for n in found["shape"]),
            " × ".join(f"{mm:.4g}" for mm in found["spacing_mm"]) + " mm",
            str(found["orientation"]),
            str(found["dtype"]),
            str(found["file"]),
        )
        for name, found in record["sequences"].items()
    ]
    lines = in_columns(rows)
    if record["missing"]:
        lines.append(f"missing: {', '.join(record['missing'])}")
    if record["segmentation"]:
        found = record["segmentation"]
        lines.append(f"segmentation: {found['file'] if isinstance(found, Mapping) else found}")
    if headers:
        lines += ["headers:", *headers]
    return with_notices(lines, record["notices"])


def _image_lines(found: Mapping[str, Any]) -> list[str]:
    frames = f" × {found['frames']} frames" if found["frames"] > 1 else ""
    size = found["pixel_size"]
    pixel = " × ".join(f"{side:.4g}" for side in size) + f" {found['unit']}" if size else "unknown"
    kind = f"{found['dtype']}, {'colour' if found['colour'] else 'grey'}"
    return [
        f"{shown_text(found['file'])}: {found['rows']} × {found['columns']} pixels{frames}, {kind}",
        f"pixel size (height × width): {pixel}",
        f"orientation: {found['orientation']}",
    ]


def finding_text(study: Study, finding: TumourFinding, notices: Sequence[str] = ()) -> str:
    """Where the tumour is."""
    if not finding.found:
        return with_notices(["No lesion found.", *_agreement(finding)], notices)
    position = finding.told(finding.position_mm)
    axes = "" if position is None else " (right, anterior, superior)"
    lines = [
        f"{tumour_slice_text(finding)}, {_how_sure(finding)}",
        f"Position{axes}: {_place(position)}",
    ]
    if finding.slices:
        lines.append(largest_slices_text(finding))
    known = [line for line in measurement_lines(study, finding) if line.known]
    if finding.measurements is not None:
        lines += ["Measurements:", *in_columns([(f"  {one.name}", one.whole) for one in known])]
    lines += _location(finding)
    if len(finding.candidates) > 1:
        rows = [
            (
                f"  slice {one.index + 1}",
                f"{one.volume_ml:.1f} ml",
                f"score {one.score:.2f}",
                f"{'at' if finding.oriented else 'position'} "
                f"{_place(finding.told(one.position_mm))}",
            )
            for one in finding.candidates
        ]
        lines += ["Candidates:", *in_columns(rows)]
    return with_notices([*lines, *_agreement(finding)], notices)


def _how_sure(finding: TumourFinding) -> str:
    """The confidence of the search; of what a user has edited, who did."""
    if finding.correction is None:
        return f"confidence {probability(finding.confidence)}"
    told = correction_text(finding.correction).removesuffix(".")
    return f"{told[0].lower()}{told[1:]}"


def _location(finding: TumourFinding) -> list[str]:
    rows = [(f"  {line.name}", line.whole) for line in location_lines(finding)]
    return ["Where it lies:", *in_columns(rows)] if rows else []


def _agreement(finding: TumourFinding) -> list[str]:
    rows = [(f"  {line.name}", line.whole) for line in agreement_lines(finding)]
    if not rows:
        return []
    return [f"{AGREEMENT}:", *in_columns(rows), *filter(None, [cavity_text(finding)])]


def classification_text(record: Mapping[str, Any]) -> str:
    """What the model said."""
    if record["in_scope"] is False:
        return with_notices([f"Out of scope. {record['reason']}"], record["notices"])
    if record["predicted"] is None:
        return with_notices(["Not classified."], record["notices"])
    index = record["slice"]
    source = "the whole lesion" if index is None else f"slice {index + 1}"
    lines = [
        _headline(record),
        *_ranking(record),
        *_prevalence(record),
        *_rests_on(record),
        f"From {source}, {', '.join(record['sequences'])}; {_made_by(record)}",
        *_beside(record),
        *_quality(record),
        ONLY_GLIOMAS,
    ]
    return with_notices([*lines, f"{RESEARCH_ONLY}."], record["notices"])


def image_text(record: Mapping[str, Any]) -> str:
    """What the model said of a 2-D image."""
    where = f"{shown_text(record['file'])}: "
    if record["in_scope"] is False:
        return with_notices([f"{where}Out of scope. {record['reason']}"], record["notices"])
    lines = [where + _headline(record), *_ranking(record)]
    if record["tumour"] is not None:
        lines.append(f"Any tumour: {_percent(record['tumour'])}")
    lines += [*_prevalence(record), f"By {_made_by(record)}", *_quality(record)]
    if record["heatmap"]:
        lines.append(f"Heatmap: {shown_text(record['heatmap'])}")
    return with_notices([*lines, f"{RESEARCH_ONLY}."], record["notices"])


def analysis_text(
    study: Study, finding: TumourFinding, record: Mapping[str, Any], folder: Path
) -> str:
    """What the whole job found, and where its files are."""
    return "\n".join(
        [
            finding_text(study, finding),
            classification_text({**record["classification"], "notices": []}),
            *(f"Note: {sentence}" for sentence in record["notices"]),
            f"Written to {shown_text(str(folder))}: {', '.join(record['files'])}",
        ]
    )


def models_text(record: Mapping[str, Any]) -> str:
    """What models there are."""
    lines = [line for one in record["models"] for line in _model_lines(one)]
    lines += [f"Cannot be used: {sentence}" for sentence in record["unusable"].values()]
    return "\n".join(lines) or "No model is installed."


def _model_lines(record: Mapping[str, Any]) -> list[str]:
    counted = "images" if record["answers_for"] == "images" else "patients"
    own = "" if record["measured_here"] else "; added by you, not measured here"
    known = f"{record['id']} {record['version']}: {record['name']}"
    return [
        f"{known} (for {record['answers_for']}{own})",
        *in_columns([(f"  {code}", name) for code, name in record["classes"].items()]),
        *(
            f"  {source}: {f['name']} {f['value']:.2f}{_interval(f)}, {f['patients']} {counted}"
            for source, figures in (
                *((f"from {name}", figures) for name, figures in record["figures"].items()),
                *((f"external, {t['name']}", t["figures"]) for t in record["external"]),
            )
            for f in figures
            if f["name"] in ("accuracy", "balanced accuracy", "mean Dice")
        ),
        f"  {record['intended_use']}",
    ]


def _interval(figure: Mapping[str, Any]) -> str:
    if figure["low"] is None:
        return ""
    return f" ({figure['low']:.2f}–{figure['high']:.2f})"


def with_notices(lines: Sequence[str], notices: Sequence[str]) -> str:
    """Lines, and after them what must be said and is not in them."""
    said = "\n".join(lines)
    notes = (f"Note: {shown_text(text)}" for text in notices if text not in said)
    return "\n".join([said, *notes])


def _headline(record: Mapping[str, Any]) -> str:
    code = record["predicted"]
    said = f"{record['names'][code]} ({code}), {_percent(record['classes'][code])}"
    return f"Not confident; perhaps {said}. {record['reason']}" if record["abstained"] else said


def _ranking(record: Mapping[str, Any]) -> list[str]:
    classes = sorted(record["classes"].items(), key=lambda item: -item[1])
    return in_columns(
        [(f"  {code}", f"{_percent(p):>5}", record["names"][code]) for code, p in classes]
    )


def _made_by(record: Mapping[str, Any]) -> str:
    made = f"model {record['model']} {record['model_version']}"
    return f"{made}; {_ran(record)}" if record["engine"] else made


def _beside(record: Mapping[str, Any]) -> list[str]:
    """A network that was run without part in the answer, and what for."""
    network = record["network"]
    if network is None or "answer" in network["used_for"]:
        return []
    what = listed(network["used_for"])
    return [f"Only for {what}: {network['id']} {network['version']}; {_ran(network)}"]


def _rests_on(record: Mapping[str, Any]) -> list[str]:
    """By what each source of evidence changes the odds of the class that is named."""
    known = record["rests_on"]
    if known is None:
        return []
    told = [
        f"{name} {odds_text(one['log_odds']) if one['used'] else absence_text(one['absent'])}"
        for name, one in known["sources"].items()
    ]
    return [f"{RESTS_ON}, as odds of {known['class']} with and without it: {', '.join(told)}"]


def _ran(record: Mapping[str, Any]) -> str:
    seconds = record["seconds"]
    return (
        f"{record['engine']} on {record['device']}, loaded in {seconds['load']:.2f} s, "
        f"predicted in {seconds['predict'] * 1000:.0f} ms"
    )


def _quality(record: Mapping[str, Any]) -> list[str]:
    return [f"How good the model is: {record['quality']}"] if record["quality"] else []


def _prevalence(record: Mapping[str, Any]) -> list[str]:
    fractions = ", ".join(f"{code} {_percent(p)}" for code, p in record["priors"].items())
    return [f"Taken to be this frequent ({record['prevalence']}): {fractions}"] if fractions else []


def _percent(probability: float) -> str:
    """Never a certainty."""
    if probability > 0.99:
        return ">99 %"
    return "<1 %" if probability < 0.01 else f"{100 * probability:.0f} %"


def _place(position_mm: Sequence[float] | None) -> str:
    if position_mm is None:
        return "unknown"
    return ", ".join(f"{x:.1f}".replace("-", "−") for x in position_mm) + " mm"


def in_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, with the cells of a column under each other."""
    rows = [[shown_text(cell) for cell in row] for row in rows]  # a name may hold a line's end
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
