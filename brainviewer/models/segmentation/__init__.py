"""The lesion segmentation network: input, network, lesions, detection."""
