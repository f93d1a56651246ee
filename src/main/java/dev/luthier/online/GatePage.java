package dev.luthier.online;

import dev.luthier.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code gate.md}: what a version was measured on, as a table for people. */
final class GatePage {
  static final String NAME = "gate.md";

  private GatePage() {}

  static void write(Path folder, String name, String parent, GateReport gate) {
    AtomicFile.write(
        folder.resolve(NAME), text(name, parent, gate).getBytes(StandardCharsets.UTF_8));
  }

  static String text(String name, String parent, GateReport gate) {
    StringBuilder out = new StringBuilder();
    out.append("# Version %s, tuned from %s: %s%n%n".formatted(name, parent, verdict(gate)));
    out.append("| check | figure | bound | verdict | |\n|---|---|---|---|---|\n");
    for (GateReport.Checked check : gate.checks()) {
      out.append(
          "| %s | %.4f | %s | %s | %s |%n"
              .formatted(
                  check.name(),
                  check.figure(),
                  check.bound(),
                  check.passed() ? "passed" : "failed",
                  check.told().replace("|", "\\|")));
    }
    return out.toString();
  }

  private static String verdict(GateReport gate) {
    return gate.passed() ? "passed" : "refused";
  }
}
