"""The words by which names of files tell what they hold, in small letters.

From the collections BraTS 2018 to 2024, TCGA, UPENN-GBM, UCSF-PDGM, EGD, LUMIERE, MU-Glioma-Post,
from the names that Siemens, GE and Philips give their sequences, from dcm2niix and BIDS, and from
what radiologists write in English, German, French, Spanish and Italian.
"""

import re


def each(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


CONTRAST = each("""
    ce gd gad gado gadolinium gadovist gadavist gadobutrol gadoterate gadoteridol gbca dotarem
    magnevist prohance multihance omniscan clariscan post postgd postgad postc postcontrast contrast
    contrasted kontrast kontrastmittel contraste contrasto enhanced km mitkm nachkm kmnach mdc civ
    inj injection injected injecte inyectado inyectada iniettato cemri cemr dota
    """)
AGENT = re.compile(
    r"gad(?:o|a)vist|gado(?:lin|but|ter|pic|xet|diam|benat|vers|fos)|magne?vist|magnograf|dotarem"
    r"|dotagraf|clariscan|prohance|multihance|omniscan|optimark|primovist|eovist|vueway|elucirem"
    r"|artirem|[ck]ontrast|kontrascie|контраст"
)
"""In the middle of a word, too, these are contrast agents."""
NOT = each("""
    no non not un without wo ohne kein keine sans sin senza zonder bez sem pre pra prae vor v o
    before avant nativ native unenhanced prior plain uden utan uten før ilman przed без до
    """)
"""These deny the word behind them."""
WITHOUT_AGENT = re.compile(
    r"(?:[ck]ontrast[ea]?(?:mittel| agent)?|gd|gadolinium|km)[\W_]?(?:free|less|frei|los|siz|sız)"
    r"(?![^\W_])"
    r"|(?:非|未)造影|造影(?:前|なし)|単純|平扫|平掃|[非未](?:增强|增強)|(?:增强|增強)前|비조영|조영\s?전"
)
WITH_AGENT = re.compile(r"造影[後后剤剂]?|增强|增強|强化|조영(?:증강)?|\+\s*$")
"""What says so within a name without blanks, or by a sign; ``WITHOUT_AGENT`` goes before."""
_WITH, _WITHOUT = "post|nach|with|mit|avec|con|enhanced", "pre|vor|without|wo|w o|ohne|sans|sin"
BOTH = re.compile(
    rf"(?:{_WITHOUT}) (?:(?:and|und|et|y|or) )?(?:{_WITH}|w)"
    rf"|(?:{_WITH}) (?:and|und|et|y|or) (?:{_WITHOUT})"
    r"|(?:w|with|mit|avec) (?:wo|w o|without|ohne|sans)|withandwithout"
)
"""One file of two, or nobody knows of which."""
A_TIME = re.compile(
    r"(?:post|pre) ?(?:ops?|operativ\w*|surg\w*|rt|rtx|radi\w*|treat\w*|tx|process\w*|proc"
    r"|therap\w*|chemo\w*|crt|biops\w*|resect\w*|implant\w*|mortem|baseline|interven\w*|trauma\w*|stroke"
    r"|days?|weeks?|months?|years?)"
    r"|(?:ses|sess|session|visit|tp|timepoint|time|exam|date|day|week|month|status) (?:post|pre)"
)
"""``post`` and ``pre`` as points in time."""

REGISTERED = "to|onto|into|in|on|reg|coreg|registered|aligned"
"""What stands behind one of these, behind a sequence, is where the image was brought to."""

DESCRIBES = "ax|axial|sag|cor|tra|obl|2d|3d|tse|fse|se|ir|space|spc|tirm|fs|blade|mprage"
"""May stand between a weighting and what it belongs to."""

T1_METHODS = each("""
    mprage memprage mempr mpr mp2rage unit1 uni spgr fspgr efspgr irspgr irfspgr bravo vibe thrive
    tfe mdeft 3dmprage 3dbravo 3dspgr 3dfspgr 3dtfe
    """)
"""Their images are T1-weighted, where no weighting is said."""
FLAIR_METHODS = re.compile(r"fla|tir[23]d\w*")
"""Pulse sequences, FLAIR where nothing else is said."""

GRADIENT_ECHO = each("""
    star gre ffe fe fl2d fl3d flash fgre hemo haemo me2d medic merge epi ssfp eg gradient
    gradientecho gradientenecho
    """)
"""Methods whose T2 weighting is T2*."""

TUMOUR = each("""
    seg segm segmentation segmentations segmented segmask mask masks label labels labelmap truth
    groundtruth gt roi rois gtv ctv ptv glistrboost tumormask tumourmask tumorseg tumourseg
    tumorsegmentation tumoursegmentation lesionmask lesionseg
    """)
OF_A_TUMOUR = re.compile(r"(?:whole)?tumou?rs?(?:mask|seg\w*)?|lesions?(?:mask|seg)?|gliomas?")
BETTER_OUTLINES = re.compile(r"manual\w*|expert\w*|corrected|reviewed|final")
POORER_OUTLINES = re.compile(r"auto\w*|approx\w*|pred\w*")
BRAIN_MASK = re.compile(
    r"(?:brain|head|skull|bet|fast|parenchyma|tissue|csf|gm|wm|defac\w*)"
    r"(?: (?:strip\w*|tissue|parenchyma|extract\w*|bet))* (?:[a-z]+ )?"
    r"(?:seg|segm|segmentations?|segmented|masks?|labels?)"
    r"|(?:mask|seg|segmentation) (?:brain|head|skull|bet)"
    r"|(?:brain|head|skull|deface)masks?"
)

UNUSED = each("""
    adc dadc dwi dwis edwi sdwi isodwi tradwi dw sdw dti dtifit dki noddi ivim diff diffusion trace
    tracew tensor exponential apparent sbref
    asl pasl casl pcasl dsc dce pwi perf perfusion perfused cbf cbv rcbf rcbv nrcbv relcbf relcbv
    mtt ttp tmax ktrans gbp pbp psr dyn dynamic twist m0scan
    bold venbold fmri rsfmri sfmri ep2d epi mrs mrsi svs csi spectro spectroscopy
    tof tof2d tof3d mra mrv angio angiography pca venc mip minip
    swi swip swi2d swi3d swan eswan qsm t2s t2sw r2star hemo haemo merge phase pha phasediff phase1
    phase2 magnitude magnitude1 magnitude2 imaginary imag
    map maps mapping mapit t1map t2map t1maps t2maps qt1 qt2 qt1map qt2map t1rho r1map r2map b0map
    b1map fieldmap pdmap molli mtr mtsat mwf jacobian jacobians warpfield xfm biasfield probmap
    subtraction subtractions subtracted subtract substraction subtr minus difference delta deltat1
    stir psir dir fgatir ciss fiesta trufi fisp bffe pdt2 inv1 inv2
    localizer localiser loc 3pl 3plane scout aascout headscout survey smartbrain calibration calib
    topogram screenshot screenshots screensave
    differenz diferencia differenza ratio quotient
    pve aseg aparc wmparc ribbon probseg dseg parc parcellation synthseg
    inversewarp 0warp 0inversewarp 1warp 1inversewarp relax relaxation relaxometry decay
    prob probability probabilities heatmap gradcam saliency error residual residuals edges laplacian
    wavelet histogram entropy
    """)
UNUSED_PHRASES = (
    "cerebral blood", "phase contrast", "t2 star", "bias field", "fast bias", "b ffe", "inv 1",
    "inv 2", "t1 images", "proton density", "3 plane", "asset cal", "screen shot", "fat only",
)  # fmt: skip
UNUSED_STARTS = (
    "t2star", "flairstar", "t2gre", "t2ffe", "t2wffe", "t2flash", "subtra", "soustra", "sustracc",
    "sottra",
)  # fmt: skip
UNUSED_ALONE = re.compile(
    r"b\d+|r[12]|l[123]|(?:atlas|fa|colfa|ph|cbct|ct|cta|ctp|pet|fdg|fet|suv|pd|pdw|gre"
    r"|flash|mag|rest|task|gm|wm|csf|qc|overlay|noise)"
)
"""What these say counts only where no sequence is named: they may be initials or numbers."""

MADE_UP = each("""
    synth synthetic synthesis synthesized synthesised fake gen generated pred predicted prediction
    simulated
    """)
"""Made by a program, perhaps; what it is worth only the user knows."""
OTHER_METHODS = each("mt mtc mton mtoff ct cta pet fdg fet warp")
"""Beside a sequence they may be what was imaged, or what it was laid over."""
FINDINGS = each("lesion lesions edema oedema odem necrosis")
"""Beside a sequence they may be segmentations that were drawn on it; ``TUMOUR_BEHIND`` behind
one."""
TUMOUR_BEHIND = each("tumor tumour tumors tumours")
NOT_ONLY_T2 = each("pd pdw ir tir irprep b0 prep")
"""Beside T2 they are FLAIR, STIR, diffusion, or two images in one."""
