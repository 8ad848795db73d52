"""The elements of DICOM that series are told by (PS3.6)."""

PIXEL_DATA = 0x7FE00010
SYNTAX = "TransferSyntaxUID"
"""Stands before the data set; told with its elements."""

ENCRYPTED = "EncryptedAttributesSequence"
"""Told as ``yes`` where it is there (PS3.15, E.1)."""
ENCRYPTED_ATTRIBUTES = 0x04000500

UNDECODED = "Undecoded"
"""Told where a text is not in the character set that the file names: the name of that set."""

WANTED = {
    0x00080005: "SpecificCharacterSet",
    0x00080008: "ImageType",
    0x00080016: "SOPClassUID",
    0x00080018: "SOPInstanceUID",
    0x00080020: "StudyDate",
    0x00080023: "ContentDate",
    0x00080030: "StudyTime",
    0x00080031: "SeriesTime",
    0x00080032: "AcquisitionTime",
    0x00080033: "ContentTime",
    0x00080050: "AccessionNumber",
    0x00080060: "Modality",
    0x00080070: "Manufacturer",
    0x00080090: "ReferringPhysicianName",
    0x00081030: "StudyDescription",
    0x0008103E: "SeriesDescription",
    0x00081090: "ManufacturerModelName",
    0x00089209: "AcquisitionContrast",
    0x00100010: "PatientName",
    0x00100020: "PatientID",
    0x00100021: "IssuerOfPatientID",
    0x00100030: "PatientBirthDate",
    0x00100040: "PatientSex",
    0x00101010: "PatientAge",
    0x00180010: "ContrastBolusAgent",
    0x00180015: "BodyPartExamined",
    0x00180020: "ScanningSequence",
    0x00180021: "SequenceVariant",
    0x00180022: "ScanOptions",
    0x00180023: "MRAcquisitionType",
    0x00180024: "SequenceName",
    0x00180025: "AngioFlag",
    0x00180050: "SliceThickness",
    0x00180080: "RepetitionTime",
    0x00180081: "EchoTime",
    0x00180082: "InversionTime",
    0x00181000: "DeviceSerialNumber",
    0x00181030: "ProtocolName",
    0x00181040: "ContrastBolusRoute",
    0x00181041: "ContrastBolusVolume",
    0x00181042: "ContrastBolusStartTime",
    0x00181044: "ContrastBolusTotalDose",
    0x00181048: "ContrastBolusIngredient",
    0x00181060: "TriggerTime",
    0x00181314: "FlipAngle",
    0x00189005: "PulseSequenceName",
    0x0020000D: "StudyInstanceUID",
    0x0020000E: "SeriesInstanceUID",
    0x00200010: "StudyID",
    0x00200011: "SeriesNumber",
    0x00200012: "AcquisitionNumber",
    0x00200013: "InstanceNumber",
    0x00200032: "ImagePositionPatient",
    0x00200037: "ImageOrientationPatient",
    0x00200052: "FrameOfReferenceUID",
    0x00200100: "TemporalPositionIdentifier",
    0x00201002: "ImagesInAcquisition",
    0x00280002: "SamplesPerPixel",
    0x00280004: "PhotometricInterpretation",
    0x00280008: "NumberOfFrames",
    0x00280010: "Rows",
    0x00280011: "Columns",
    0x00280030: "PixelSpacing",
    0x00280100: "BitsAllocated",
    0x00280101: "BitsStored",
    0x00280102: "HighBit",
    0x00280103: "PixelRepresentation",
    0x00281050: "WindowCenter",
    0x00281051: "WindowWidth",
    0x00281052: "RescaleIntercept",
    0x00281053: "RescaleSlope",
    0x00281055: "WindowCenterWidthExplanation",
    0x00281056: "VOILUTFunction",
    0x00282110: "LossyImageCompression",
    0x00282112: "LossyImageCompressionRatio",
    0x00620001: "SegmentationType",
    0x0062000E: "MaximumFractionalValue",
}
WHOLE_NUMBERS = frozenset(
    ("SamplesPerPixel", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
     "PixelRepresentation", "MaximumFractionalValue")
)  # fmt: skip
"""Stored as unsigned numbers of 16 bits; all others are texts."""

IN_FRAMES = {
    "EffectiveEchoTime": "EchoTime",
    "FrameType": "ImageType",
    "InversionTimes": "InversionTime",
    "TemporalPositionIndex": "TemporalPositionIdentifier",
    "FrameAcquisitionNumber": "AcquisitionNumber",
    "DiffusionBValue": "DiffusionBValue",
    "InversionRecovery": "InversionRecovery",
    "EchoPulseSequence": "EchoPulseSequence",
    "ContrastBolusAgent": "ContrastBolusAgent",
    "ContrastBolusAgentAdministered": "ContrastBolusAgentAdministered",
    "StackID": "StackID",
    **{
        keyword: keyword
        for keyword in (
            "AcquisitionContrast", "FlipAngle", "ImageOrientationPatient", "ImagePositionPatient",
            "PixelSpacing", "ReferencedSegmentNumber", "RepetitionTime", "RescaleIntercept",
            "RescaleSlope", "SliceThickness", "SpacingBetweenSlices", "VOILUTFunction",
            "WindowCenter", "WindowCenterWidthExplanation", "WindowWidth",
        )
    },
}  # fmt: skip
"""What the functional groups of an enhanced file call an element, and what a classic file does."""
