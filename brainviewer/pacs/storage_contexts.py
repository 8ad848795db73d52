"""Which kinds of DICOM files this computer takes from a node, and in which transfer syntaxes."""

from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from pynetdicom import sop_class
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import PresentationContext, build_context, build_role

_PLAIN = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]
_COMPRESSED = [
    JPEGLosslessSV1,
    JPEGLossless,
    JPEGLSLossless,
    JPEG2000Lossless,
    RLELossless,
    HTJ2KLossless,
    DeflatedExplicitVRLittleEndian,
    JPEG2000,
    JPEGLSNearLossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
]
_HEADS = ("MRImageStorage", "EnhancedMRImageStorage", "SecondaryCaptureImageStorage")
"""For these a node may choose each transfer syntax by itself, so that it sends what it has."""
_IMAGES = (
    "LegacyConvertedEnhancedMRImageStorage", "EnhancedMRColorImageStorage", "CTImageStorage",
    "EnhancedCTImageStorage", "LegacyConvertedEnhancedCTImageStorage",
    "PositronEmissionTomographyImageStorage", "EnhancedPETImageStorage",
    "LegacyConvertedEnhancedPETImageStorage", "NuclearMedicineImageStorage",
    "MultiFrameSingleBitSecondaryCaptureImageStorage",
    "MultiFrameGrayscaleByteSecondaryCaptureImageStorage",
    "MultiFrameGrayscaleWordSecondaryCaptureImageStorage",
    "MultiFrameTrueColorSecondaryCaptureImageStorage", "RTDoseStorage",
)  # fmt: skip
_OTHERS = (
    "MRSpectroscopyStorage", "RawDataStorage", "SegmentationStorage",
    "LabelMapSegmentationStorage", "SurfaceSegmentationStorage", "ParametricMapStorage",
    "RealWorldValueMappingStorage", "SpatialRegistrationStorage", "SpatialFiducialsStorage",
    "DeformableSpatialRegistrationStorage", "TractographyResultsStorage", "BasicTextSRStorage",
    "EnhancedSRStorage", "ComprehensiveSRStorage", "Comprehensive3DSRStorage",
    "XRayRadiationDoseSRStorage", "KeyObjectSelectionDocumentStorage", "EncapsulatedPDFStorage",
    "GrayscaleSoftcopyPresentationStateStorage", "ColorSoftcopyPresentationStateStorage",
    "BlendingSoftcopyPresentationStateStorage", "RTStructureSetStorage", "RTPlanStorage",
)  # fmt: skip


def retrieved_contexts() -> list[PresentationContext]:
    """One context for each kind without compression, and more for what comes compressed."""
    contexts = [build_context(uid, _PLAIN) for uid in _uids(_HEADS + _IMAGES + _OTHERS)]
    contexts += [build_context(uid, syntax) for uid in _uids(_HEADS) for syntax in _COMPRESSED]
    contexts += [build_context(uid, _COMPRESSED) for uid in _uids(_IMAGES)]
    return contexts


def retrieved_roles() -> list[SCP_SCU_RoleSelectionNegotiation]:
    """That this computer stores what the node sends in the same association, by C-GET."""
    return [build_role(uid, scp_role=True) for uid in _uids(_HEADS + _IMAGES + _OTHERS)]


def supported_contexts() -> list[PresentationContext]:
    """The same kinds for associations that the node opens, by C-MOVE."""
    syntaxes = [*_PLAIN, *_COMPRESSED]
    return [build_context(uid, syntaxes) for uid in _uids(_HEADS + _IMAGES + _OTHERS)]


def _uids(names: tuple[str, ...]) -> list[UID]:
    return [UID(getattr(sop_class, name)) for name in names]
