package dev.luthier.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.serve.ServeBench.Seen;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks a server and reads its stream to the end. Safe for several threads. */
final class BenchClient {
  private static final String DATA = "data: ";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI address;
  private final String served;
  private final int tokens;

  BenchClient(String address, String served, int tokens) {
    this.address = URI.create(address + "/v1/chat/completions");
    this.served = served;
    this.tokens = tokens;
  }

  /**
   * @param version empty for the one that answers
   */
  Seen ask(String version, String prompt) {
    Map<String, Object> body =
        Map.of(
            "model",
            version.isEmpty() ? served : version,
            "messages",
            List.of(Map.of("role", "user", "content", prompt)),
            "temperature",
            0,
            "max_tokens",
            tokens,
            "stream",
            true,
            "stream_options",
            Map.of("include_usage", true));
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.text(body)))
            .build();
    long begun = System.nanoTime();
    try {
      HttpResponse<InputStream> reply =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (reply.statusCode() != 200) {
        String said = new String(reply.body().readAllBytes(), StandardCharsets.UTF_8);
        return failed(prompt, begun, reply.statusCode() + " " + said);
      }
      return read(prompt, begun, reply.body());
    } catch (IOException e) {
      return failed(prompt, begun, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(prompt, begun, "interrupted");
    }
  }

  private static Seen failed(String prompt, long begun, String why) {
    double time = (System.nanoTime() - begun) / 1e9;
    return new Seen(prompt, "", "", 0, time, time, why);
  }

  private static Seen read(String prompt, long begun, InputStream body) throws IOException {
    StringBuilder text = new StringBuilder();
    Set<String> versions = new LinkedHashSet<>();
    double first = 0;
    int written = 0;
    boolean done = false;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        done |= line.equals(DATA + "[DONE]");
        if (!line.startsWith(DATA) || done) {
          continue;
        }
        JsonNode json = Json.object(line.substring(DATA.length()).getBytes(StandardCharsets.UTF_8));
        if (json.has("error")) {
          return failed(prompt, begun, line);
        }
        first = first == 0 ? (System.nanoTime() - begun) / 1e9 : first;
        versions.add(json.path("system_fingerprint").asText());
        text.append(json.path("choices").path(0).path("delta").path("content").asText(""));
        written = json.path("usage").path("completion_tokens").asInt(written);
      }
    }
    double whole = (System.nanoTime() - begun) / 1e9;
    String error = done ? versions.size() == 1 ? "" : "versions " + versions : "no end";
    return new Seen(
        prompt, String.join("+", versions), text.toString(), written, first, whole, error);
  }
}
