package dev.luthier.reward;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A service on loopback that scores: an answer is worth its length. It can be told to go wrong,
 * once for each trouble.
 */
public final class Scores implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Something that happens instead of an answer. */
  public interface Trouble {
    void with(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Queue<Trouble> troubles = new ConcurrentLinkedQueue<>();
  private final AtomicInteger asked = new AtomicInteger();

  /** All questions that came, as JSON, with the header Authorization. */
  public final List<JsonNode> questions = new CopyOnWriteArrayList<>();

  public final List<String> tokens = new CopyOnWriteArrayList<>();
  private int downAfter = Integer.MAX_VALUE;

  public Scores() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/score", this::answer);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:%d/score".formatted(server.getAddress().getPort()));
  }

  /** Goes wrong the next times. */
  public Scores then(Trouble... next) {
    troubles.addAll(new ArrayDeque<>(List.of(next)));
    return this;
  }

  /** Is gone after so many answers, until {@link #up}. */
  public void downAfter(int answers) {
    downAfter = answers;
  }

  public void up() {
    downAfter = Integer.MAX_VALUE;
  }

  public static Trouble status(int status, String... header) {
    return exchange -> {
      if (header.length == 2) {
        exchange.getResponseHeaders().set(header[0], header[1]);
      }
      send(exchange, status, "busy with " + status);
    };
  }

  public static Trouble says(String body) {
    return exchange -> send(exchange, 200, body);
  }

  /** Closes the connection in the middle of an answer. */
  public static Trouble gone() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write("{\"scores\": [".getBytes(StandardCharsets.UTF_8));
      throw new IOException("gone"); // the server closes the connection
    };
  }

  /** Begins an answer and never ends it. */
  public Trouble hangs() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().flush();
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      int number = asked.incrementAndGet();
      if (number > downAfter) {
        throw new IOException("down");
      }
      Trouble trouble = troubles.poll();
      if (trouble != null) {
        trouble.with(exchange);
        return;
      }
      JsonNode question = JSON.readTree(body);
      questions.add(question);
      tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      String scores =
          StreamSupport.stream(question.path("answers").spliterator(), false)
              .map(row -> String.valueOf(row.path("answer").asText().length()))
              .collect(Collectors.joining(","));
      send(exchange, 200, "{\"scores\": [%s]}".formatted(scores));
    }
  }

  private static void send(HttpExchange exchange, int status, String text) {
    try {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many requests came. */
  public int asked() {
    return asked.get();
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
