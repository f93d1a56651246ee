package dev.luthier.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A conversation line by line. {@code /reset} forgets it; {@code /exit} or the end of input ends.
 */
final class ChatLoop {
  /** Whoever answers: the messages so far, and where the pieces of the answer go. */
  @FunctionalInterface
  interface Voice {
    String answer(List<Map<String, Object>> messages, Consumer<String> sink);
  }

  private final Voice voice;
  private final Optional<String> system;
  private final PrintWriter out;
  private final List<Map<String, Object>> messages = new ArrayList<>();

  ChatLoop(Voice voice, Optional<String> system, PrintWriter out) {
    this.voice = voice;
    this.system = system;
    this.out = out;
  }

  void run(BufferedReader in) throws IOException {
    out.println("/reset forgets the conversation, /exit ends it");
    reset();
    for (String line = ask(in); line != null; line = ask(in)) {
      switch (line.strip()) {
        case "" -> {}
        case "/exit", "/quit" -> {
          return;
        }
        case "/reset" -> reset();
        default -> answer(line);
      }
    }
    out.println();
  }

  private @Nullable String ask(BufferedReader in) throws IOException {
    out.print("> ");
    out.flush();
    return in.readLine();
  }

  private void reset() {
    messages.clear();
    system.ifPresent(s -> messages.add(Map.of("role", "system", "content", s)));
  }

  private void answer(String question) {
    messages.add(Map.of("role", "user", "content", question));
    String answer =
        voice.answer(
            List.copyOf(messages),
            piece -> {
              out.print(piece);
              out.flush();
            });
    out.println();
    messages.add(Map.of("role", "assistant", "content", answer));
  }
}
