"""A training step of ResNet-20 in PyTorch, from the weights of an ONNX file."""

import onnx
import onnx.numpy_helper
import torch
from torch import nn

from contestants import Peer

RATE, MOMENTUM = 0.01, 0.9


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.shortcut = None
        if stride != 1 or inputs != width:
            self.shortcut = nn.Conv2d(inputs, width, 1, stride, bias=False)
            self.norm3 = nn.BatchNorm2d(width)

    def forward(self, x):
        y = torch.relu_(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return torch.relu_(y.add_(x if self.shortcut is None else self.norm3(self.shortcut(x))))


class ResNet20(nn.Module):
    """As `espalier train resnet20` builds it: shortcuts that change extents are convolutions."""

    def __init__(self):
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        self.blocks = nn.ModuleDict()
        width = 16
        for stage, channels in enumerate([16, 32, 64], 1):
            for block in (1, 2, 3):
                stride = 2 if stage > 1 and block == 1 else 1
                self.blocks[f"stage{stage}-block{block}"] = Block(width, channels, stride)
                width = channels
        self.classifier = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu_(self.norm(self.stem(x)))
        for block in self.blocks.values():
            x = block(x)
        return self.classifier(x.mean((2, 3)))

    def load(self, path):
        weights = {
            tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
            for tensor in onnx.load(path).graph.initializer}
        with torch.no_grad():
            self.stem.weight.copy_(weights["stem.weight"])
            self.classifier.weight.copy_(weights["classifier.weight"])
            self.classifier.bias.copy_(weights["classifier.bias"])
            for name, block in self.blocks.items():
                for part in ("conv1", "conv2", "shortcut"):
                    if (module := getattr(block, part)) is not None:
                        module.weight.copy_(weights[f"{name.replace('-', '.')}.{part}.weight"])
        return self


class Step:
    """One network under training, on one batch."""

    def __init__(self, path, images, labels, memory_format):
        self.network = ResNet20().load(path).to(memory_format=memory_format).train()
        self.images = torch.from_numpy(images).to(memory_format=memory_format)
        self.labels = torch.from_numpy(labels)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=RATE, momentum=MOMENTUM)

    def __call__(self):
        loss = nn.functional.cross_entropy(self.network(self.images), self.labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss


def peers(path, images, labels):
    """Both layouts as contestants, and the losses of their first steps."""
    formats = {
        "PyTorch, NCHW": torch.contiguous_format, "PyTorch, channels last": torch.channels_last}
    steps = {name: Step(path, images, labels, layout) for name, layout in formats.items()}
    losses = {name: [step().item() for _ in range(5)] for name, step in steps.items()}
    return [Peer(name, step) for name, step in steps.items()], losses
