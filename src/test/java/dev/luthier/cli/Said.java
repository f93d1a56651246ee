package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command line said, and how it ended. */
record Said(int code, String out, String err) {
  /** Runs a command line. */
  static Said luthier(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Luthier.run(args, new PrintWriter(out), new PrintWriter(err));
    return new Said(code, out.toString(), err.toString());
  }

  /** All that it said. */
  String all() {
    return out + err;
  }

  /** The same for one that must end well; returns what it printed. */
  static String ok(String... args) {
    Said said = luthier(args);
    assertThat(said.code).as(said.err + said.out).isZero();
    return said.out;
  }
}
