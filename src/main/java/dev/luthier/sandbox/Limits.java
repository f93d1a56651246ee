package dev.luthier.sandbox;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.ArrayList;
import java.util.List;

/** What a program may use. */
@Doc("What a program may use")
public record Limits(
    @Doc("Seconds until it is killed with all that it started") @Default("10") double seconds,
    @Doc("Seconds of a processor, for each of its processes") @Default("10") int cpuSeconds,
    @Doc("MiB of address space, for each of its processes") @Default("1024") int memoryMb,
    @Doc("Its processes and threads; counted with isolation alone") @Default("32") int processes,
    @Doc("KiB that it may print; more ends it") @Default("64") int outputKb,
    @Doc("MiB that it may write: the largest file, and with isolation all of them") @Default("16")
        int diskMb) {
  public Limits {
    Check.above("limits.seconds", 0, seconds);
    Check.atLeast("limits.cpu_seconds", 1, cpuSeconds);
    Check.atLeast("limits.memory_mb", 1, memoryMb);
    Check.atLeast("limits.processes", 1, processes);
    Check.atLeast("limits.output_kb", 1, outputKb);
    Check.atLeast("limits.disk_mb", 1, diskMb);
  }

  /** A program that the system holds within the limits. */
  List<String> around(List<String> program, boolean countsProcesses) {
    List<String> out =
        new ArrayList<>(
            List.of(
                "prlimit",
                "--cpu=" + cpuSeconds,
                "--as=" + ((long) memoryMb << 20),
                "--fsize=" + diskBytes(),
                "--core=0"));
    if (countsProcesses) {
      out.add("--nproc=" + processes);
    }
    out.add("--");
    out.addAll(program);
    return out;
  }

  long diskBytes() {
    return (long) diskMb << 20;
  }
}
