package dev.luthier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.luthier.data.Tokenizer;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.model.ModelConfig;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * An inference server on the loopback, with a small model that answers in truth: completions of
 * prompts in tokens or text, and adapters that are loaded and forgotten. It can be told to be gone,
 * or to leave things out of what it says.
 */
public final class CompletionServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What it leaves out. */
  public enum Silent {
    NOTHING,
    LOG_PROBS,
    TOKENS,
    /** All answers but one. */
    SAMPLES
  }

  private final HttpServer server;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(); // scopes are a thread's
  private final Path folder;
  private final Tokenizer tokenizer;
  private final Set<Integer> ends;
  private Silent silent = Silent.NOTHING;
  private String name = "base";
  private String loaded = "";
  private int asked;
  private int downAfter = Integer.MAX_VALUE;

  /** The requests that came, by their path's last part and the model or adapter. */
  public final List<String> requests = new ArrayList<>();

  /**
   * @param folder of the model
   */
  public CompletionServer(Path folder) throws IOException {
    this.folder = folder;
    this.tokenizer = Tokenizer.load(folder);
    this.ends = new HashSet<>(ModelConfig.read(folder).eosIds());
    tokenizer.eos().ifPresent(ends::add);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(thread);
    server.createContext("/v1/completions", exchange -> handle(exchange, this::completed));
    server.createContext("/v1/load_lora_adapter", exchange -> handle(exchange, this::load));
    server.createContext("/v1/unload_lora_adapter", exchange -> handle(exchange, this::unload));
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort());
  }

  /** Leaves something out from now on. */
  public CompletionServer without(Silent what) {
    silent = what;
    return this;
  }

  /** Is gone after so many more requests. */
  public void downAfter(int more) {
    downAfter = asked + more;
  }

  public void up() {
    downAfter = Integer.MAX_VALUE;
  }

  public int asked() {
    return asked;
  }

  /** Another status than 200 comes as its number before the text. */
  private interface Answer {
    String to(JsonNode request) throws IOException;
  }

  private void handle(HttpExchange exchange, Answer answer) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      if (++asked > downAfter) {
        return; // the connection breaks
      }
      String path = exchange.getRequestURI().getPath().replaceAll(".*/", "");
      requests.add(path + " " + request.path("model").asText(request.path("lora_name").asText("")));
      String text = answer.to(request);
      int status = text.startsWith("404") ? 404 : 200;
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private String load(JsonNode request) {
    name = request.path("lora_name").asText();
    loaded = request.path("lora_path").asText();
    return "Success";
  }

  private String unload(JsonNode request) {
    if (!request.path("lora_name").asText().equals(name)) {
      return "404 no such adapter";
    }
    name = "base";
    loaded = "";
    return "Success";
  }

  private String completed(JsonNode request) throws IOException {
    String asked = request.path("model").asText();
    if (!asked.equals(name) && !asked.equals("base")) {
      return "404 no such model";
    }
    try (CausalLm model = CausalLm.load(folder, Compute.CPU)) {
      if (asked.equals("base") || loaded.isEmpty()) {
        return answers(model, request);
      }
      try (Adapted<CausalLm> adapted = AdapterFiles.load(model, Path.of(loaded)).adapted()) {
        return answers(adapted.model(), request);
      }
    }
  }

  private String answers(CausalLm model, JsonNode request) {
    JsonNode prompt = request.path("prompt");
    int[] ids =
        prompt.isTextual()
            ? IntStream.concat(
                    tokenizer.bos().stream(),
                    IntStream.of(tokenizer.encode(prompt.asText(), false).ids()))
                .toArray()
            : StreamSupport.stream(prompt.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
    List<Completion> all =
        new Generator(
                Generative.of(model),
                some -> tokenizer.decode(some, true),
                new Sampling(request.path("temperature").asDouble(), 0, 1, 0, 1),
                new Generator.Limits(request.path("max_tokens").asInt(), ends, List.of()),
                Budget.rows(8))
            .generate(List.of(ids), request.path("n").asInt(), request.path("seed").asLong());
    ObjectNode out = JSON.createObjectNode();
    ArrayNode choices = out.putArray("choices");
    for (int i = 0; i < (silent == Silent.SAMPLES ? 1 : all.size()); i++) {
      choice(choices.addObject().put("index", i), all.get(i), prompt.isTextual());
    }
    out.putObject("usage").put("prompt_tokens", ids.length).put("completion_tokens", 1);
    return out.toString();
  }

  /** Tokens by their ids, or by their texts. */
  private void choice(ObjectNode into, Completion answer, boolean text) {
    into.put("text", answer.text());
    into.put("finish_reason", answer.finish() == Completion.Finish.END ? "stop" : "length");
    ObjectNode logProbs = into.putObject("logprobs");
    ArrayNode tokens = logProbs.putArray("tokens");
    ArrayNode values = logProbs.putArray("token_logprobs");
    for (int i = 0; i < answer.ids().length; i++) {
      if (silent != Silent.TOKENS) {
        tokens.add(
            text
                ? tokenizer.decode(new int[] {answer.ids()[i]}, false)
                : "token_id:" + answer.ids()[i]);
      }
      if (silent != Silent.LOG_PROBS) {
        values.add(answer.drawLogProbs()[i]);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    thread.shutdownNow();
    tokenizer.close();
  }
}
