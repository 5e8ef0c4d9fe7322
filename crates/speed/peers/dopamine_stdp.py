#!/usr/bin/env python3
"""The standard dopamine-STDP network in Brian2, beside ours.

    python3 crates/speed/peers/dopamine_stdp.py [--seconds 10] [--targets cython cpp_standalone] [--no-ours]

Needs Brian2 (`pip install brian2`; version 2.9 wants `numpy<2`) and a C++ compiler. Izhikevich (2007): 800 excitatory and 200 inhibitory neurons,
100 synapses each, delays 1-10 ms (inhibitory: also), dt 1 ms, all-to-all STDP with an eligibility trace of 1 s gated by
dopamine. Prints microseconds per step of 1 ms without building and compiling, as time on the wall and as processor time
(which other programs disturb less), and the firing rate; ours is measured by Criterion in the same sitting. One thread.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXCITATORY, INHIBITORY, FAN_OUT = 800, 200, 100


def brian(target: str, seconds: float) -> None:
    import numpy as np
    from brian2 import (NeuronGroup, Network, SpikeMonitor, Synapses, TimedArray, defaultclock, device, ms, prefs,
                        seed, set_device)

    if target == "cpp_standalone":
        folder = tempfile.mkdtemp(prefix="brian2-")
        set_device("cpp_standalone", directory=folder, build_on_run=False)
    else:
        prefs.codegen.target = target
    seed(1)
    rng = np.random.default_rng(1)
    defaultclock.dt = 1 * ms
    total = EXCITATORY + INHIBITORY
    equations = """
    v : 1
    u : 1
    a : 1
    d : 1
    current : 1
    """
    neurons = NeuronGroup(total, equations, threshold="v >= 30", reset="v = -65; u += d", method="euler")
    neurons.v, neurons.u = -65, -13
    neurons.a = [0.02] * EXCITATORY + [0.1] * INHIBITORY
    neurons.d = [8.0] * EXCITATORY + [2.0] * INHIBITORY
    # Two half-steps of the membrane, one of the recovery variable; then the current is used up.
    neurons.run_regularly(
        """
        drive = current + 13.0 * (rand() - 0.5)
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + drive)
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + drive)
        u += a * (0.2 * v - u)
        current = 0
        """,
        dt=1 * ms,
    )
    # Dopamine: tonic 0.002 and a phasic part that decays with 200 ms, rewarded once a second.
    steps = int(seconds * 1000)
    level, trace = 0.0, []
    for step in range(steps + 1):
        level = level * np.exp(-1 / 200) + (0.1 if step % 1000 == 500 else 0.0)
        trace.append(0.002 + level)
    dopamine = TimedArray(trace, dt=1 * ms)
    plastic = Synapses(
        neurons,
        neurons,
        """
        w : 1
        dc/dt = -c / (1000 * ms) : 1 (clock-driven)
        dpre/dt = -pre / (20 * ms) : 1 (event-driven)
        dpost/dt = -post / (20 * ms) : 1 (event-driven)
        """,
        on_pre="""
        current_post += w
        pre += 1
        c -= 0.15 * post
        """,
        on_post="""
        post += 1
        c += 0.1 * pre
        """,
        method="exact",
        namespace={"dopamine": dopamine},
    )
    source = np.repeat(np.arange(EXCITATORY), FAN_OUT)
    plastic.connect(i=source, j=rng.integers(0, total, len(source)))
    plastic.w = 1
    plastic.delay = rng.integers(1, 11, len(source)) * ms
    plastic.run_regularly("w = clip(w + dopamine(t) * c, 0, 4)", dt=10 * ms)
    inhibition = Synapses(neurons, neurons, on_pre="current_post -= 1")
    source = np.repeat(np.arange(EXCITATORY, total), FAN_OUT)
    inhibition.connect(i=source, j=rng.integers(0, EXCITATORY, len(source)))
    inhibition.delay = rng.integers(1, 11, len(source)) * ms
    spikes = SpikeMonitor(neurons, record=False)
    network = Network(neurons, plastic, inhibition, spikes)
    if target == "cpp_standalone":
        network.run(seconds * 1000 * ms)
        device.build(directory=folder, compile=True, run=False, debug=False)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        device.run(directory=folder, with_output=False)
        elapsed = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime - before.ru_utime
    else:
        network.run(100 * ms)  # compile
        start, began = time.perf_counter(), time.process_time()
        network.run(seconds * 1000 * ms)
        elapsed, processor = time.perf_counter() - start, time.process_time() - began
        seconds += 0.1
    rate = spikes.num_spikes / total / seconds
    print(f"brian2 {target}: {elapsed / steps * 1e6:.1f} us per step, processor {processor / steps * 1e6:.1f}, {rate:.2f} Hz", flush=True)


def ours() -> None:
    command = ["cargo", "bench", "-p", "neuromod-speed", "--quiet", "--bench", "dopamine_stdp", "--", "/1000$"]
    result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rate = [line for line in result.stderr.splitlines() if line.startswith("1000 neurons")]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    folder = target / "criterion/dopamine_stdp_step/1000/new"
    median = json.loads((folder / "estimates.json").read_text())["median"]["point_estimate"]
    sample = json.loads((folder / "sample.json").read_text())
    best = min(nanoseconds / steps for nanoseconds, steps in zip(sample["times"], sample["iters"]))
    print(f"ours: {median / 1000:.2f} us per step, best sample {best / 1000:.2f}; {' '.join(rate)}", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=10.0, help="simulated time")
    arguments.add_argument("--targets", nargs="+", default=["cython", "cpp_standalone"])
    arguments.add_argument("--no-ours", action="store_true")
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        brian(options.one, options.seconds)
        return
    print("load average:", *os.getloadavg())
    for target in options.targets:
        # A process each: Brian2's devices do not mix.
        subprocess.run(
            [sys.executable, __file__, "--one", target, "--seconds", str(options.seconds)], check=True
        )
    if not options.no_ours:
        ours()


if __name__ == "__main__":
    main()
