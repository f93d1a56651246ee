package dev.luthier.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.ChatServer;
import dev.luthier.ChatServer.Sent;
import dev.luthier.error.UserError;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server on the loopback; nobody waits in truth. */
class ChatClientTest {
  @TempDir Path dir;
  private final FakeTime time = new FakeTime();
  private final List<String> notes = new ArrayList<>();

  private Endpoint endpoint(String url, int attempts, double timeout) {
    return new Endpoint(
        url,
        "m",
        Optional.of("PATH"), // an environment variable that is always there
        timeout,
        attempts,
        new Limits(Optional.empty(), Optional.empty(), 2),
        new Price(1, 10),
        dir.resolve("cache.jsonl"));
  }

  private ChatClient client(ChatServer server, int attempts) {
    return ChatClient.open(endpoint(server.url(), attempts, 20), time, notes::add);
  }

  private static List<ChatRequest> questions(int n) {
    return IntStream.range(0, n).mapToObj(i -> new ChatRequest("q" + i, 4, 0)).toList();
  }

  private static List<String> texts(List<Optional<ChatReply>> replies) {
    return replies.stream().map(r -> r.map(ChatReply::text).orElse("-")).toList();
  }

  /** 3 x (100 in, 10 out) at 1 and 10 a million: 300 + 300 millionths. */
  @Test
  void answersComeInOrderAndAreNeverAskedForAgain() {
    try (ChatServer server = new ChatServer(q -> Sent.text("to " + q))) {
      try (ChatClient client = client(server, 1)) {
        assertThat(texts(client.ask(questions(3), r -> true)))
            .containsExactly("to q0", "to q1", "to q2");
        assertThat(client.spend()).isEqualTo(new Spend(3, 0, 300, 30, 0));
        assertThat(new Price(1, 10).of(300, 30)).isCloseTo(600e-6, within(1e-12));
        assertThat(client.spend().told(new Price(1, 10)))
            .isEqualTo("3 requests, 0 more answered from the cache; 300 tokens in, 30 out: 0.0006");
      }
      try (ChatClient client = client(server, 1)) {
        assertThat(texts(client.ask(questions(4), r -> true)))
            .containsExactly("to q0", "to q1", "to q2", "to q3");
        assertThat(client.spend()).isEqualTo(new Spend(1, 3, 100, 10, 0));
      }
      assertThat(server.questions()).containsExactlyInAnyOrder("q0", "q1", "q2", "q3");
      assertThat(server.authorized()).containsOnly("Bearer " + System.getenv("PATH"));
    }
  }

  @Test
  void equalQuestionsAreAskedOnce() {
    try (ChatServer server = new ChatServer(q -> Sent.text("x"));
        ChatClient client = client(server, 1)) {
      ChatRequest one = new ChatRequest("q", 4, 0);
      assertThat(client.ask(List.of(one, one, one), r -> true)).hasSize(3);
      assertThat(server.questions()).hasSize(1);
    }
  }

  /** 1 s, 2 s, and then as long as Retry-After says. */
  @Test
  void failuresAreWaitedOut() {
    AtomicInteger times = new AtomicInteger();
    try (ChatServer server =
            new ChatServer(
                q ->
                    switch (times.getAndIncrement()) {
                      case 0 -> Sent.error(503, "busy");
                      case 1 -> Sent.CUT;
                      case 2 -> new Sent(429, Map.of("Retry-After", "7"), "slow down");
                      case 3 -> new Sent(200, Map.of(), "<html>a proxy</html>");
                      case 4 -> new Sent(200, Map.of(), "{\"choices\": []}");
                      default -> Sent.text("at last");
                    });
        ChatClient client = client(server, 6)) {
      assertThat(texts(client.ask(questions(1), r -> true))).containsExactly("at last");
      // 1, 2, the server's 7 in the place of 4, then 8 and 16
      assertThat(time.pauses()).containsExactly(1000L, 2000L, 7000L, 8000L, 16000L);
      assertThat(notes).hasSize(5);
      assertThat(notes.get(0)).contains("answers with status 503: busy; attempt 2 of 6 in 1 s");
      assertThat(notes.get(3)).contains("answers with no JSON: <html>a proxy</html>");
    }
  }

  @Test
  void anEndpointThatIsGoneEndsItWithOneLineAndWhatItSaidIsKept() {
    try (ChatServer server =
        new ChatServer(q -> q.compareTo("q2") < 0 ? Sent.text("to " + q) : Sent.CUT)) {
      try (ChatClient client = client(server, 3)) {
        assertThatThrownBy(() -> client.ask(questions(5), r -> true))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("cannot be reached")
            .hasMessageEndingWith(
                "(3 attempts); what was answered is kept, the same command goes on")
            .hasMessageNotContaining("\n");
      }
      int asked = server.questions().size();
      server.answer(q -> Sent.text("to " + q));
      try (ChatClient client = client(server, 1)) {
        assertThat(texts(client.ask(questions(5), r -> true)))
            .containsExactly("to q0", "to q1", "to q2", "to q3", "to q4");
      }
      assertThat(server.questions().subList(asked, server.questions().size()))
          .containsExactlyInAnyOrder("q2", "q3", "q4");
    }
  }

  @Test
  void aSlowAnswerIsGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    try (ChatServer server =
            new ChatServer(
                q -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Sent.CUT;
                });
        ChatClient client = ChatClient.open(endpoint(server.url(), 2, 0.2), time, notes::add)) {
      assertThatThrownBy(() -> client.ask(questions(1), r -> true))
          .hasMessageContaining("gives no answer in 0.2 s (2 attempts)");
    }
  }

  /** One that is asked to come back in an hour does not hold the terminal for an hour. */
  @Test
  void aLongPauseEndsIt() {
    try (ChatServer server =
            new ChatServer(q -> new Sent(429, Map.of("Retry-After", "3600"), "{}"));
        ChatClient client = client(server, 6)) {
      assertThatThrownBy(() -> client.ask(questions(1), r -> true))
          .hasMessageContaining("status 429; it asks to come back in 3600 s");
      assertThat(time.pauses()).isEmpty();
    }
  }

  @Test
  void aRefusalIsNotRepeated() {
    try (ChatServer server = new ChatServer(q -> Sent.error(401, "no such key"));
        ChatClient client = client(server, 6)) {
      assertThatThrownBy(() -> client.ask(questions(1), r -> true))
          .isInstanceOf(UserError.class)
          .hasMessageEndingWith(
              "answers with status 401: no such key; the key is that of the environment's PATH")
          .hasMessageNotContaining(System.getenv("PATH"));
      assertThat(server.questions()).hasSize(1);
    }
  }

  @Test
  void anAnswerThatCannotBeReadIsAskedForOnceMoreAndNotKept() {
    try (ChatServer server = new ChatServer(q -> Sent.text("who knows"));
        ChatClient client = client(server, 6)) {
      assertThat(client.ask(questions(1), r -> r.text().equals("A")))
          .containsExactly(Optional.empty());
      server.answer(q -> Sent.text("A"));
      assertThat(texts(client.ask(questions(1), r -> r.text().equals("A")))).containsExactly("A");
      assertThat(server.questions()).hasSize(3);
    }
  }

  /** 2 requests a minute: the third waits for 60 s, without anybody sleeping here. */
  @Test
  void theRateIsKept() {
    try (ChatServer server = new ChatServer(q -> Sent.text("x"))) {
      Endpoint slow =
          new Endpoint(
              server.url(),
              "m",
              Optional.empty(),
              20,
              1,
              new Limits(Optional.of(2), Optional.empty(), 1),
              new Price(0, 0),
              dir.resolve("slow.jsonl"));
      try (ChatClient client = ChatClient.open(slow, time, notes::add)) {
        client.ask(questions(5), r -> true);
        assertThat(time.pauses()).containsExactly(60_000L, 60_000L); // before the 3rd and the 5th
      }
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> endpoint("localhost:80", 1, 1))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "endpoint.url must be an address such as http://localhost:8000/v1, was localhost:80");
    Endpoint keyless =
        new Endpoint(
            "http://127.0.0.1:9/v1",
            "m",
            Optional.of("LUTHIER_NO_SUCH_KEY"),
            1,
            1,
            new Limits(Optional.empty(), Optional.empty(), 1),
            new Price(0, 0),
            dir.resolve("c.jsonl"));
    assertThatThrownBy(() -> ChatClient.open(keyless, time, notes::add))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the environment has no LUTHIER_NO_SUCH_KEY");
  }
}
