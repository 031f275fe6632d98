"""One update of DDPG in PyTorch: as one writes it, and with what PyTorch has to make it faster."""

import copy

import numpy
import torch
from torch import nn

from contestants import Peer

OBSERVATIONS, ACTIONS, DISCOUNT, TAU, CAPACITY = 10, 1, 0.99, 0.01, 2000


class Actor(nn.Module):
    """Actions in 0…1."""

    def __init__(self, hidden):
        super().__init__()
        self.hidden1 = nn.Linear(OBSERVATIONS, hidden[0])
        self.hidden2 = nn.Linear(hidden[0], hidden[1])
        self.logits = nn.Linear(hidden[1], ACTIONS)

    def forward(self, observation):
        x = torch.relu(self.hidden2(torch.relu(self.hidden1(observation))))
        return torch.sigmoid(self.logits(x))


class Critic(nn.Module):
    """Takes actions in −1…1, beside the observation or beside the first hidden layer."""

    def __init__(self, hidden, entry):
        super().__init__()
        first, second = (ACTIONS, 0) if entry == "input" else (0, ACTIONS)
        self.early = entry == "input"
        self.hidden1 = nn.Linear(OBSERVATIONS + first, hidden[0])
        self.hidden2 = nn.Linear(hidden[0] + second, hidden[1])
        self.value = nn.Linear(hidden[1], 1)

    def forward(self, observation, action):
        x = torch.cat([observation, action], 1) if self.early else observation
        x = torch.relu(self.hidden1(x))
        x = x if self.early else torch.cat([x, action], 1)
        return self.value(torch.relu(self.hidden2(x)))


class Learner:
    def __init__(self, hidden, batch, entry, fused=False):
        self.actor, self.critic = Actor(hidden), Critic(hidden, entry)
        self.batch, self.fused = batch, fused
        options = {"fused": True} if fused else {}
        self.actor_optimizer = torch.optim.Adam(self.actor.parameters(), lr=1e-4, **options)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=1e-3, **options)
        self.follow()
        random = torch.Generator().manual_seed(1)
        self.remember(
            torch.randn(CAPACITY, OBSERVATIONS, generator=random),
            torch.rand(CAPACITY, ACTIONS, generator=random) * 2 - 1,
            torch.randn(CAPACITY, 1, generator=random),
            torch.randn(CAPACITY, OBSERVATIONS, generator=random))
        # Every tenth step is terminal.
        self.discounts[9::10] = 0

    def follow(self):
        """Targets become equal to what they follow."""
        self.actor_target, self.critic_target = copy.deepcopy(self.actor), copy.deepcopy(self.critic)
        self.sources = [*self.actor.parameters(), *self.critic.parameters()]
        self.targets = [*self.actor_target.parameters(), *self.critic_target.parameters()]
        for parameter in self.targets:
            parameter.requires_grad_(False)

    def remember(self, observations, actions, rewards, following):
        self.observations, self.actions, self.rewards = observations, actions, rewards
        self.following, self.discounts = following, torch.full_like(rewards, DISCOUNT)

    def update(self):
        rows = torch.randint(0, len(self.observations), (self.batch,))
        observations, actions = self.observations[rows], self.actions[rows]
        following = self.following[rows]
        with torch.no_grad():
            next_actions = self.actor_target(following) * 2 - 1
            targets = (self.rewards[rows]
                       + self.discounts[rows] * self.critic_target(following, next_actions))
        critic_loss = nn.functional.mse_loss(self.critic(observations, actions), targets)
        self.critic_optimizer.zero_grad()
        critic_loss.backward()
        self.critic_optimizer.step()
        actor_loss = -self.critic(observations, self.actor(observations) * 2 - 1).mean()
        self.actor_optimizer.zero_grad()
        actor_loss.backward()
        self.actor_optimizer.step()
        with torch.no_grad():
            if self.fused:
                torch._foreach_lerp_(self.targets, self.sources, TAU)
            else:
                for source, target in zip(self.sources, self.targets):
                    target.lerp_(source, TAU)


def parameters(learner):
    """Names as ours."""
    for prefix, network in (("actor", learner.actor), ("critic1", learner.critic)):
        for name, parameter in network.named_parameters():
            yield f"{prefix}_{name}", parameter


def difference(folder, experience, hidden, batch, entry):
    """How far ten updates of ours and of theirs are apart, as a part of the way that the parameters
    went: from the same parameters, with one experience, so that sampling has no choice."""
    learner = Learner(hidden, batch, entry)
    before, after = {}, {}
    with torch.no_grad():
        for name, parameter in parameters(learner):
            before[name] = numpy.load(folder / "before" / f"{name}.npy")
            after[name] = numpy.load(folder / "after" / f"{name}.npy")
            parameter.copy_(torch.from_numpy(before[name]))
    learner.follow()
    given = torch.from_numpy(experience)[None]
    learner.remember(
        given[:, :OBSERVATIONS], given[:, OBSERVATIONS:OBSERVATIONS + 1].clamp(-1, 1),
        given[:, OBSERVATIONS + 1:OBSERVATIONS + 2], given[:, OBSERVATIONS + 2:])
    for _ in range(10):
        learner.update()
    apart = way = 0.0
    for name, parameter in parameters(learner):
        theirs = parameter.detach().numpy()
        apart += float(((after[name] - theirs) ** 2).sum())
        way += float(((theirs - before[name]) ** 2).sum())
    return (apart / way) ** 0.5


def peers(hidden, batch, entry):
    return [
        Peer("PyTorch, eager", Learner(hidden, batch, entry).update),
        Peer("PyTorch, fused Adam and updates", Learner(hidden, batch, entry, fused=True).update)]
