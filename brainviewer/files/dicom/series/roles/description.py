"""What people write in the description of a series, beyond what names of files say."""

import re

from brainviewer.files.study.sequence_mention import mention
from brainviewer.files.study.sequence_names import Role, role_of, without_accents, words_of
from brainviewer.files.study.sequence_words import NOT, T1_METHODS, each

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_SUBTRACTION = re.compile(
    rf"{_START}(?:subs?tra[ckh]\w*|soustra\w*|sustrac\w*|sottra\w*|resta|diff?eren[czt]\w*)"
    rf"|{_START}sub{_END}"
    rf"|{_START}(?:post|nach|after)[\s_]*[-–−][\s_]*(?:pre|pra|vor|nativ|before){_END}(?![\W_]*op)"
    r"|(?:差分|サフトラクション|减影|剪影|감산)|субтракц\w*|вычитан\w*"
)
_SUB_MM = re.compile(rf"{_START}sub(?=[\W_]*(?:\d|mm|mil))")
_RATIO = re.compile(rf"{_START}(?:ratio|quotient|verhaltnis|cociente){_END}")
_WITH = re.compile(
    rf"(?<!grade)(?<!who)[\s_(](?:i\.?v\.?{_END}(?!\s*(?:ventr|[ck]ontr|g[ad]|km))|p\.\s?c\.?)"
    rf"|{_START}(?:s|po|с|после)[\s_.]+(?:kl|ку|к/у){_END}|{_START}(?:\+\s*)kl{_END}"
)
_WITHOUT = re.compile(rf"\s-(?:c|gd|km){_END}|{_START}(?:bez|без|до)[\s_.]+(?:kl|ку|к/у){_END}")
_PARTS = re.compile(
    r"[hbl]ws\d*|[clt]?spines?|spinal\w*|(?:hals|brust|lenden)?wirbel\w*|cervical\w*|zervikal\w*"
    r"|lumbal\w*|lumbar\w*|lumbo\w*|lombar\w*|lombaire\w*|thorax|thorac\w*|thorak\w*|torac\w*"
    r"|torax|sacr(?:al|um)\w*|rachis|columna|colonne|colonna|coluna|kregoslup|orbit[aes]*|orbitas"
    r"|sella\w*|selle|hypophys\w*|hipofis\w*|ipofisi|pituitar\w*|iacs?|iam|khbw|felsenbein\w*"
    r"|neck|hals|knees?|knie|genou|rodilla|ginocchio|shoulders?|schulter|hufte|hips?|pelvis|becken"
    r"|abdomen|liver|leber|prostat\w*|breasts?|mamma|heart|cardiac|tmj|kiefer\w*|larynx|myelo\w*"
    r"|頸椎|腰椎|胸椎|颈椎|脊柱|眼窩|下垂体|垂体|膝|경추|요추|шеин\w*|поясн\w*|позвоноч\w*|гипофиз\w*|орбит\w*"
)
"""Of the body besides the whole head; also those for which only a slab of it is scanned."""
_HEAD = re.compile(
    r"brain|head|skull|kopf|schadel|cerveau|crane|cranio?|cranium|encefalo|cerebro|cerebral\w*"
    r"|cabeza|testa|tete|hirn|gehirn|hersenen|hjerne|neuro\w*|ganzhirn|頭部|脳|头|颅脑|뇌|голов\w*"
)
_EVERYDAY = T1_METHODS | each("""
    ax axial oax sag sagittal osag cor coronal koronar ocor tra trans transversal transverse
    transaxial axiale sagittale coronale axiales obl oblique ac pc acpc plane iso isotropic isotrop
    vol volume volumetric 2d 3d se tse fse frfse ffe gre flash fl2d fl3d tfl gr ir irprep turbo
    spin echo fast gradient ge siemens philips cube space spc vista brainview blade propeller
    multivane radial starvibe mpgr tirm fl flair smart black blood
    w wi wt weighted weighting img image images scan seq sequence series std standard routine
    protocol protokoll brain head skull kopf schadel cerveau crane cranio cranium encefalo cerebro
    cerebral hirn neuro cabeza hr hires high res resolution low thin thick dunn slice slices mm cm
    fov matrix whole full ganz ganzer navi neuronavi navigation neuronavigation stealth
    brainlab gamma knife stereotactic stereotaxie stereo planning rt localization adni wip grappa
    sense csense cs caipi caipirinha asset arc hyperband deep resolve dl air ai sms
    acceleration accel swift boost clear norm nd dis2d dis3d prescan filtered mpr mprs mip reformat
    reformatted reformation rekonstruktion recon range mr mri mrt irm rm t 1 new neu repeat rpt wdh
    wiederholung best good raw orig original opt optimized test p2 mag magnitude in phase inphase
    water wasser fs fatsat fat sat spair spir sup suppressed dixon mdixon ideal lava quick tumor
    tumour glioma ms epilepsy epi epilepsie dementia demenz stroke screening child paed pediatric
    neonate baby adult male female patient research study coil channel ch rapid motion moco promo
    sagital coronales estandar estandard craneo ns fsp src bb dark fluid accelerated delrec
    and und the a of s p f i r l b m h x d e
    """)
"""Words beside T1 that say nothing of contrast agent."""
_NUMBER = re.compile(
    r"\d+[a-z]{0,2}(?:\d+[a-z]*)*|(?!post|pre|km|kl|gd|gad|ce?\d|con|inj)[a-z]{1,4}\d+[a-z]?\d*"
)


def role_described(text: str) -> Role | None:
    """What a description names, as names of files do, or what only radiologists write."""
    plain = _WITHOUT.sub(" no contrast ", _plain(text))
    return role_of(_WITH.sub(" contrast ", plain))


def made_of_two(text: str) -> str:
    """What was computed from two series, such as ``subtraction``; empty if nothing says so."""
    plain = _plain(text)
    if _SUBTRACTION.search(plain):
        return "subtraction"
    return "ratio of two series" if _RATIO.search(plain) else ""


def names_other_part(text: str) -> bool:
    """Whether a part of the body besides the head is named, or one that is scanned as a slab."""
    return any(map(_PARTS.fullmatch, words_of(text)))


def names_head(text: str) -> bool:
    """Whether the head or the brain is named."""
    return any(map(_HEAD.fullmatch, words_of(text)))


def denies_agent(text: str) -> bool:
    """Whether a word says that no contrast agent was given."""
    return not NOT.isdisjoint(words_of(_WITHOUT.sub(" no contrast ", _plain(text))))


def everyday(text: str) -> bool:
    """Whether all words are known, and none of them speaks of contrast agent."""
    return all(
        word.rstrip("0123456789") in _EVERYDAY or mention(word) or _NUMBER.fullmatch(word)
        for word in words_of(text)
    )


def _plain(text: str) -> str:
    return _SUB_MM.sub("", without_accents(text.lower()))
