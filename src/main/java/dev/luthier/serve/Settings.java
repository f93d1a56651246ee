package dev.luthier.serve;

import dev.luthier.error.UserError;
import dev.luthier.rollout.Sampling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a request wants to be answered: what chats and completions have in common.
 *
 * @param model as the request names it
 * @param n how many answers
 * @param maxTokens the most new tokens, where the request says it
 * @param usage whether a stream ends with its usage
 * @param user whose request it is, as its body says; may be empty
 */
record Settings(
    String model,
    int n,
    Sampling sampling,
    long seed,
    List<String> stop,
    OptionalInt maxTokens,
    boolean stream,
    boolean usage,
    String user) {
  private static final int STOPS = 16;

  /** Longer names are no names. */
  private static final int USER = 200;

  /**
   * @throws ApiError naming the parameter that is wrong or not supported
   */
  static Settings read(Fields fields, Limits limits) {
    String model =
        fields.text("model").orElseThrow(() -> ApiError.wrong("model", "model is missing"));
    int n = fields.whole("n", 1, Math.min(16, limits.rows())).map(Long::intValue).orElse(1);
    boolean stream = fields.flag("stream");
    Optional<Fields> options = fields.fields("stream_options");
    boolean usage = options.map(o -> o.flag("include_usage")).orElse(false);
    options.ifPresent(o -> o.nothing("include_obfuscation"));
    options.ifPresent(Fields::refuseOthers);
    if (options.isPresent() && !stream) {
      throw ApiError.wrong("stream_options", "stream_options is for streams: set stream to true");
    }
    String user = fields.text("user").orElse("");
    if (user.length() > USER) {
      throw ApiError.wrong("user", "user may have %d characters at most".formatted(USER));
    }
    fields.nothing("presence_penalty", "frequency_penalty", "logit_bias", "store", "metadata");
    fields.only("service_tier", "auto", "default");
    return new Settings(
        model,
        n,
        sampling(fields),
        fields
            .whole("seed", Long.MIN_VALUE, Long.MAX_VALUE)
            .orElseGet(() -> ThreadLocalRandom.current().nextLong(1L << 53)),
        fields.texts("stop", STOPS),
        maxTokens(fields, limits),
        stream,
        usage,
        user);
  }

  private static OptionalInt maxTokens(Fields fields, Limits limits) {
    Optional<Long> old = fields.whole("max_tokens", 1, limits.maxTokens());
    Optional<Long> now = fields.whole("max_completion_tokens", 1, limits.maxTokens());
    if (old.isPresent() && now.isPresent() && !old.equals(now)) {
      throw ApiError.wrong(
          "max_completion_tokens", "max_tokens and max_completion_tokens say different numbers");
    }
    return now.or(() -> old).map(m -> OptionalInt.of(m.intValue())).orElse(OptionalInt.empty());
  }

  private static Sampling sampling(Fields fields) {
    double temperature = fields.number("temperature", 0, 2).orElse(1.0);
    double topP = fields.number("top_p", 0, 1).orElse(1.0);
    int topK = fields.whole("top_k", 0, Integer.MAX_VALUE).map(Long::intValue).orElse(0);
    double minP = fields.number("min_p", 0, 1).orElse(0.0);
    double penalty = fields.number("repetition_penalty", 0, 10).orElse(1.0);
    try {
      return new Sampling(temperature, topK, topP, minP, penalty);
    } catch (UserError e) {
      String message = String.valueOf(e.getMessage()).replaceFirst("^sampling\\.", "");
      throw ApiError.wrong(message.replaceAll(" .*", ""), message);
    }
  }

  /** What the store keeps of it. */
  Map<String, String> about() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("temperature", Double.toString(sampling.temperature()));
    out.put("top_p", Double.toString(sampling.topP()));
    out.put("top_k", Integer.toString(sampling.topK()));
    out.put("min_p", Double.toString(sampling.minP()));
    out.put("repetition_penalty", Double.toString(sampling.repetitionPenalty()));
    out.put("seed", Long.toString(seed));
    return out;
  }
}
