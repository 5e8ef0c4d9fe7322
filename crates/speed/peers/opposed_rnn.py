"""The peer of `opposed.rs`: the same network, task and optimiser in PyTorch, on one thread.

    python3 crates/speed/peers/opposed_rnn.py [--trials 4] [--updates 20] [--criterion]

Prints milliseconds per update (median), or with --criterion trains until the stopping rule of the benchmark holds
(evaluation every 100 updates on 100 trials: mean loss < 7, worst behaviour > 98 %, at least 1,500 updates) and prints
the seconds that this took. Written for this comparison in the ordinary way one writes such a model; the trials of an
update run side by side, the noise of the whole trial is drawn at once.
"""

import argparse
import statistics
import time

import torch

N, T, ONSET, OFF = 200, 200, 50, 75
CONDITIONS = [(1.0, 1.0, 1.0), (1.0, 0.0, 0.0), (0.5, 1.0, 0.0), (0.5, 0.0, 1.0)]  # f, stimulus, response


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        exists = torch.rand(N, N) < 0.2
        self.weights = torch.nn.Parameter(torch.randn(N, N).abs() * 1.5 / (N * 0.2) ** 0.5 * exists)
        self.tau_raw = torch.nn.Parameter(torch.randn(N))
        self.readout = torch.nn.Parameter(torch.randn(N) / 100)
        self.bias = torch.nn.Parameter(torch.zeros(()))
        self.register_buffer("sign", torch.where(torch.rand(N) < 0.8, 1.0, -1.0))
        self.register_buffer("input", torch.randn(N))

    def forward(self, f, stimulus):
        """f, stimulus: (trials,); returns (T, trials)."""
        trials = f.shape[0]
        weights = torch.relu(self.weights) * self.sign[:, None]  # [presynaptic, postsynaptic]
        alpha = 1.0 / (4.0 + 16.0 * torch.sigmoid(self.tau_raw))
        gain = f[:, None].expand(trials, N)
        drive = stimulus[:, None] * self.input
        noise = torch.randn(T, trials, N) / 10
        x = torch.randn(trials, N) / 100
        rate = torch.sigmoid(x)
        rates = []
        for t in range(T):
            total = gain * (rate @ weights)
            if ONSET <= t < OFF:
                total = total + drive
            x = x + alpha * (total - x) + noise[t]
            rate = torch.sigmoid(x)
            rates.append(rate)
        return torch.stack(rates) @ self.readout + self.bias


def target(response):
    z = torch.zeros(T, response.shape[0])
    z[OFF:] = response
    return z


def evaluate(network):
    losses, worst = [], 1.0
    with torch.no_grad():
        for pair in (CONDITIONS[:2], CONDITIONS[2:]):
            right = []
            for f, stimulus, response in pair:
                ones = torch.ones(25)
                o = network(f * ones, stimulus * ones)
                losses.append((o - target(response * ones)).square().sum(0).sqrt().mean().item())
                late = o[OFF:]
                fine = late.max(0).values > 0.7 if response > 0 else late.abs().max(0).values < 0.3
                right.append(fine.float().mean().item())
            worst = min(worst, sum(right) / 2)
    return sum(losses) / 4, worst


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--updates", type=int, default=20)
    parser.add_argument("--criterion", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    network = Network()
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    deck = []

    def update():
        while len(deck) < options.trials:
            deck.extend(torch.randperm(4).tolist())
        dealt = [CONDITIONS[deck.pop(0)] for _ in range(options.trials)]
        f, stimulus, response = (torch.tensor(column) for column in zip(*dealt))
        optimiser.zero_grad(set_to_none=True)
        loss = (network(f, stimulus) - target(response)).square().sum(0).sqrt().mean()
        loss.backward()
        optimiser.step()

    if options.criterion:
        start = time.perf_counter()
        for done in range(1, 5001):
            update()
            if done % 100 == 0:
                loss, worst = evaluate(network)
                if done >= 1500 and loss < 7 and worst > 0.98:
                    break
        print(f"criterion after {done} updates, {time.perf_counter() - start:.1f} s, worst behaviour {worst:.3f}")
        return
    for _ in range(3):
        update()
    times, cpu = [], []
    for _ in range(options.updates):
        start, start_cpu = time.perf_counter(), time.process_time()
        update()
        times.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    print(
        f"torch {torch.__version__}, {options.trials} trials per update: median {1e3 * statistics.median(times):.1f} ms "
        f"per update (best {1e3 * min(times):.1f}, CPU median {1e3 * statistics.median(cpu):.1f})"
    )


if __name__ == "__main__":
    main()
