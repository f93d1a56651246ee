package dev.luthier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A chat endpoint on the loopback that answers as a test has it. */
public final class ChatServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What it sends.
   *
   * @param status 0: the connection is cut without an answer
   */
  public record Sent(int status, Map<String, String> headers, String body) {
    public static final Sent CUT = new Sent(0, Map.of(), "");

    public static Sent error(int status, String message) {
      return new Sent(status, Map.of(), "{\"error\": {\"message\": \"" + message + "\"}}");
    }

    /** An answer of 10 tokens to a question of 100. */
    public static Sent text(String text) {
      return new Sent(200, Map.of(), reply(text, Map.of()).toString());
    }

    /** A letter with the probabilities of its alternatives. */
    public static Sent letter(String text, Map<String, Double> probabilities) {
      return new Sent(200, Map.of(), reply(text, probabilities).toString());
    }
  }

  private static ObjectNode reply(String text, Map<String, Double> probabilities) {
    ObjectNode out = JSON.createObjectNode();
    ObjectNode choice = out.putArray("choices").addObject();
    choice.putObject("message").put("role", "assistant").put("content", text);
    if (!probabilities.isEmpty()) {
      ObjectNode token = choice.putObject("logprobs").putArray("content").addObject();
      token.put("token", text).put("logprob", Math.log(probabilities.get(text)));
      ArrayNode top = token.putArray("top_logprobs");
      probabilities.forEach((t, p) -> top.addObject().put("token", t).put("logprob", Math.log(p)));
    }
    out.putObject("usage").put("prompt_tokens", 100).put("completion_tokens", 10);
    return out;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final List<String> questions = Collections.synchronizedList(new ArrayList<>());
  private final List<String> authorized = Collections.synchronizedList(new ArrayList<>());
  private volatile Function<String, Sent> answers;

  /**
   * @param answers to the text of each question
   */
  public ChatServer(Function<String, Sent> answers) {
    this.answers = answers;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/v1/chat/completions", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode request = JSON.readTree(exchange.getRequestBody());
    String question = request.path("messages").path(0).path("content").asText();
    questions.add(question);
    authorized.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    Sent sent = answers.apply(question);
    if (sent.status() == 0) {
      exchange.close();
      return;
    }
    sent.headers().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
    byte[] body = sent.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(sent.status(), body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  public String url() {
    return "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort());
  }

  /** What it was asked so far. */
  public List<String> questions() {
    synchronized (questions) {
      return List.copyOf(questions);
    }
  }

  /** The Authorization headers. */
  public List<String> authorized() {
    synchronized (authorized) {
      return List.copyOf(authorized);
    }
  }

  public void answer(Function<String, Sent> other) {
    answers = other;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
