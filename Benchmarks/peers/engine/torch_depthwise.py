"""A depthwise convolution in PyTorch."""

import torch
import torch.nn.functional as functional

from contestants import Peer


def peer(images, weights, bias):
    """The contestant, and its answer as N×H×W×C."""
    images, weights = (
        torch.from_numpy(x).to(memory_format=torch.channels_last) for x in (images, weights))
    bias = torch.from_numpy(bias)

    @torch.inference_mode()
    def call():
        sums = functional.conv2d(images, weights, bias, padding=1, groups=len(bias))
        return functional.relu6(sums, inplace=True)

    return Peer("PyTorch, channels last", call, len(images)), call().permute(0, 2, 3, 1).numpy()
