"""The items of two reporting guidelines, in our own words and numbered as there.

CLAIM: Tejani et al., Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024 Update,
Radiology: Artificial Intelligence 6(4), e240300, 2024. TRIPOD+AI: Collins et al., BMJ 385,
e078378, 2024.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """What a guideline asks for. topic : see ``model_checklist``; both guidelines share them."""

    number: str
    asks: str
    topic: str


def _items(lines: str) -> tuple[Item, ...]:
    """One line each: number, topic, and what is asked for."""
    return tuple(
        Item(number, asks, topic)
        for number, topic, asks in (line.split(maxsplit=2) for line in lines.strip().splitlines())
    )


CLAIM = _items("""
1 name Is it named as machine learning, and which kind?
2 summary Is there a summary of design, data and results?
3 role Background, and the clinical role that is meant for it
4 aim Aims and hypotheses
5 looking_back Was the study planned ahead or done on data that were there?
6 aim Goal of the study
7 sources Where the data come from
8 eligibility Who was taken in and who not, and how they were chosen
9 preparation Preparation of the images
10 subsets How parts of the data were chosen
11 names_removed How patients' names were removed
12 missing What was done about missing data
13 scanners How the images were acquired
14 reference What the reference standard is
15 reference Why that reference standard
16 raters Who made the reference standard
17 raters How the test data were annotated
18 agreement Variability within and between raters
19 folds How data were divided, and why in these shares
20 by_patient At which level the parts do not overlap
21 size Why as many test cases as there are
22 specification The model in full
23 software Libraries and programs
24 start What its numbers began with
25 training How it was trained
26 choice How the final model was chosen
27 combined How several models are combined
28 metrics Measures of performance
29 intervals Significance and uncertainty
30 robustness Robustness and sensitivity
31 explained How answers are explained
32 figures Evaluation on data of the same source
33 external Test on data from elsewhere, or why there is none
34 trial Registration of a trial
35 flow How many patients were taken in and left out
36 patients Age, sex and disease of the patients of each part
37 grouped_figures Performance with its uncertainty, also in parts and groups
38 figures Diagnostic accuracy with its precision
39 failures Where it fails, and what is taken for what
40 limits Limits, bias and how far it generalises
41 role What it means for practice, and its intended use
42 protocol Where the full protocol and details are
43 available Whether software, model and data are available
44 funding Who paid, and what part they took
""")

TRIPOD_AI = _items("""
1 name Is it named as a prediction model, for whom and of what?
2 summary Is there a summary?
3a role Health context, purpose, and models that there are
3b role For which patients and which users
3c inequality Known inequalities in health between groups
4 aim Aims; made, evaluated, or both
5a sources Where the data come from, and how well they represent the patients meant
5b dates Begin and end of data collection
6a centres Setting, number and place of centres
6b eligibility Who was taken in
6c treatments Treatments before and how they were handled
7 preparation Preparation of the data, and whether alike in all groups
8a reference The outcome, and how it was established
8b raters Who established an outcome that needs judgement
8c blinding Was the outcome established without sight of the predictors?
9a predictors How predictors were chosen
9b predictors All predictors, and how they were measured
9c raters Who measured predictors that need judgement
10 size Why as many cases as there are
11 missing What was done about missing data
12a folds How data were used and divided
12b predictors How predictors entered the analysis
12c training Kind of model, how it was built and validated
12d centres_compared Differences between centres
12e metrics Measures of performance, and why these
12f updated Changes of the model after evaluation
12g specification How predictions are computed
13 imbalance What was done about classes of unequal size
14 fairness What was done about fairness
15 output What the model returns, and its thresholds
16 differences Differences between data of training and evaluation
17 ethics Approval by an ethics board
18a funding Who paid, and what part they took
18b interests Conflicts of interest
18c prepared Where the protocol is, or that there is none
18d registered Where the study is registered, or that it is not
18e data_available Whether the data can be had
18f available Whether the code can be had
19 involved What part patients and the public took, or that they took none
20a flow How many patients, with and without the outcome
20b patients Age, sex and disease of the patients, also by group
20c differences Differences in the distribution of predictors
21 events Patients and outcomes in each analysis
22 specification The model in full, for others to use
23a grouped_figures Performance with intervals, also in groups
23b centres_compared Performance by centre
24 updated Results of an updated model
25 interpretation What the results mean, also for fairness
26 limits Limits of the study
27a missing What happens when input is missing or poor
27b user What the user must do and know
27c next What comes next
""")

GUIDELINES: Sequence[tuple[str, tuple[Item, ...]]] = (
    ("CLAIM 2024", CLAIM),
    ("TRIPOD+AI 2024", TRIPOD_AI),
)
