package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChatLoopTest {
  private final List<List<Map<String, Object>>> asked = new ArrayList<>();

  private String chat(String typed) throws IOException {
    StringWriter out = new StringWriter();
    ChatLoop.Voice voice =
        (messages, sink) -> {
          asked.add(messages);
          sink.accept("no. ");
          sink.accept(String.valueOf(messages.size()));
          return "no. " + messages.size();
        };
    new ChatLoop(voice, Optional.of("be kind"), new PrintWriter(out))
        .run(new BufferedReader(new StringReader(typed)));
    return out.toString().replace(System.lineSeparator(), "\n");
  }

  @Test
  void keepsTheConversationUntilReset() throws IOException {
    String out = chat("hello\n\nagain\n/reset\nnew\n/exit\nnever\n");
    // system + question, then both and the answer before the next question, then from the start
    assertThat(asked).extracting(List::size).containsExactly(2, 4, 2);
    assertThat(asked.get(1))
        .extracting(m -> m.get("role"))
        .containsExactly("system", "user", "assistant", "user");
    assertThat(asked.get(1).get(2)).containsEntry("content", "no. 2");
    assertThat(out)
        .isEqualTo(
            "/reset forgets the conversation, /exit ends it\n> no. 2\n> > no. 4\n> > no. 2\n> ");
  }

  @Test
  void endsWithTheInput() throws IOException {
    assertThat(chat("")).endsWith("> \n");
    assertThat(asked).isEmpty();
  }
}
