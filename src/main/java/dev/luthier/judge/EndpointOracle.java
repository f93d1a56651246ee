package dev.luthier.judge;

import dev.luthier.endpoint.ChatClient;
import dev.luthier.endpoint.ChatReply;
import dev.luthier.endpoint.ChatRequest;
import dev.luthier.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model behind an endpoint. Where it tells log-probabilities, a label is as probable as its
 * tokens at the first position that holds a label, set against those of the other labels; where it
 * does not, the label that the answer names is sure.
 *
 * @param logprobs whether log-probabilities are asked for
 */
public record EndpointOracle(ChatClient client, Endpoint endpoint, boolean logprobs)
    implements Oracle {
  private static final int TOP = 20;
  private static final int SHORT = 16;

  @Override
  public List<Optional<double[]>> choose(List<Question> questions) {
    List<ChatRequest> requests =
        questions.stream().map(q -> new ChatRequest(q.text(), SHORT, logprobs ? TOP : 0)).toList();
    List<String> labels = questions.isEmpty() ? List.of() : questions.get(0).labels();
    List<Optional<ChatReply>> replies =
        client.ask(requests, reply -> read(reply, labels).isPresent());
    List<Optional<double[]>> out = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      List<String> own = questions.get(i).labels();
      out.add(replies.get(i).flatMap(reply -> read(reply, own)));
    }
    return out;
  }

  /** How probable each label is by an answer. */
  static Optional<double[]> read(ChatReply reply, List<String> labels) {
    for (Map<String, Double> position : reply.positions()) {
      double[] out = new double[labels.size()];
      position.forEach(
          (token, logprob) -> {
            int label = labels.indexOf(token.strip());
            if (label >= 0) {
              out[label] += Math.exp(logprob);
            }
          });
      boolean said =
          position.keySet().stream()
              .findFirst()
              .map(String::strip)
              .filter(labels::contains)
              .isPresent();
      double sum = 0;
      for (double p : out) {
        sum += p;
      }
      if (said && sum > 0) {
        for (int i = 0; i < out.length; i++) {
          out[i] /= sum;
        }
        return Optional.of(out);
      }
    }
    return named(reply.text(), labels);
  }

  /** The label that a text names: the only one, or the first where it begins with it. */
  private static Optional<double[]> named(String text, List<String> labels) {
    Pattern label =
        Pattern.compile(
            "(?<![\\p{L}\\p{N}'])(" + String.join("|", labels) + ")(?![\\p{L}\\p{N}'])");
    Matcher found = label.matcher(text);
    List<String> all = new ArrayList<>();
    boolean first = false;
    while (found.find()) {
      first |= all.isEmpty() && text.substring(0, found.start()).replaceAll("\\W", "").isEmpty();
      all.add(found.group(1));
    }
    if (all.isEmpty() || !first && all.stream().distinct().count() > 1) {
      return Optional.empty();
    }
    double[] out = new double[labels.size()];
    out[labels.indexOf(all.get(0))] = 1;
    return Optional.of(out);
  }

  @Override
  public List<Optional<String>> write(List<String> questions, int maxTokens) {
    return client
        .ask(
            questions.stream().map(q -> new ChatRequest(q, maxTokens, 0)).toList(),
            reply -> !reply.text().isBlank())
        .stream()
        .map(reply -> reply.map(ChatReply::text))
        .toList();
  }

  @Override
  public String identity() {
    return "%s at %s, logprobs %s".formatted(endpoint.model(), endpoint.url(), logprobs);
  }

  @Override
  public Optional<String> cost() {
    return Optional.of(client.spend().told(endpoint.price()));
  }

  @Override
  public void close() {
    client.close();
  }
}
