package dev.luthier.cli;

import dev.luthier.advise.Question;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;

/** Asks at a terminal for what no flag said. */
record AdviseQuestions(BufferedReader in, PrintWriter out) {
  /**
   * Adds the answers; an empty one leaves it at what is usual.
   *
   * @param given by flag
   */
  void ask(Map<String, String> given) {
    for (Question question : Question.values()) {
      String flag = question.name().toLowerCase(Locale.ROOT);
      if (given.containsKey(flag)) {
        continue;
      }
      out.print(question.text() + " ");
      out.flush();
      try {
        String line = in.readLine();
        if (line != null && !line.isBlank()) {
          given.put(flag, line.strip());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    out.println();
  }
}
