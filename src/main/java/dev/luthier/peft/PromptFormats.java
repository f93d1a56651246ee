package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** The methods with virtual tokens as PEFT's configurations have them. */
final class PromptFormats {
  private static final String TOKENS = "num_virtual_tokens";
  private static final String HIDDEN = "encoder_hidden_size";
  static final String START = "prompt_tuning_init";
  private static final String TEXT = "prompt_tuning_init_text";
  private static final String KIND = "encoder_reparameterization_type";

  static final Format<PromptTuning> PROMPT =
      format(
          "PROMPT_TUNING",
          PromptTuning.class,
          Set.of(),
          (json, save) -> new PromptTuning(number(json, TOKENS, 0), start(json), save),
          (prompt, model, out) -> {
            size(out, prompt.tokens(), model, false);
            begun(out, prompt.start(), model);
          });

  static final Format<MultitaskPrompt> MULTITASK =
      format(
          "MULTITASK_PROMPT_TUNING",
          MultitaskPrompt.class,
          Set.of(
              "num_tasks",
              "num_ranks",
              "prompt_tuning_init_task",
              "prompt_tuning_init_state_dict_path"),
          (json, save) ->
              new MultitaskPrompt(
                  number(json, TOKENS, 0),
                  number(json, "num_tasks", 1),
                  number(json, "num_ranks", 1),
                  MultitaskFormat.start(json).orElseGet(() -> start(json)),
                  save),
          (prompt, model, out) -> {
            size(out, prompt.tokens(), model, false);
            out.put("num_tasks", prompt.tasks());
            out.put("num_ranks", prompt.rank());
            begun(out, MultitaskFormat.begun(prompt.start(), out), model);
          });

  static final Format<Ptuning> P_TUNING =
      format(
          "P_TUNING",
          Ptuning.class,
          Set.of(KIND, HIDDEN, "encoder_num_layers", "encoder_dropout"),
          (json, save) -> new Ptuning(number(json, TOKENS, 0), encoder(json), save),
          (ptuning, model, out) -> {
            size(out, ptuning.tokens(), model, false);
            out.put(HIDDEN, model.config().hiddenSize());
            ptuning.encoder().hidden().ifPresent(c -> out.put(HIDDEN, c));
            out.put(KIND, "MLP");
            if (ptuning.encoder() instanceof PromptEncoder.Lstm lstm) {
              out.put(KIND, "LSTM");
              out.put("encoder_num_layers", lstm.layers());
              out.put("encoder_dropout", lstm.dropout());
            }
          });

  static final Format<PrefixTuning> PREFIX =
      format(
          "PREFIX_TUNING",
          PrefixTuning.class,
          Set.of("prefix_projection", HIDDEN, "init_weights"),
          (json, save) -> new PrefixTuning(number(json, TOKENS, 0), form(json), save),
          (prefix, model, out) -> {
            size(out, prefix.tokens(), model, true);
            out.put("prefix_projection", prefix.form() instanceof PrefixTuning.Projected);
            if (prefix.form() instanceof PrefixTuning.Projected projected) {
              out.put(HIDDEN, projected.hidden().orElse(PrefixRows.of(1, model).keys()));
            }
          });

  private PromptFormats() {}

  private interface Write<P> {
    void into(P method, Model model, Map<String, Object> out);
  }

  private static <P extends Peft> Format<P> format(
      String type,
      Class<P> method,
      Set<String> more,
      BiFunction<JsonNode, List<String>, P> parse,
      Write<P> write) {
    Set<String> read = new LinkedHashSet<>(more);
    read.addAll(
        List.of(
            TOKENS,
            START,
            TEXT,
            "tokenizer_name_or_path",
            "tokenizer_kwargs",
            "token_dim",
            "num_layers",
            "num_attention_heads",
            "num_transformer_submodules"));
    return new Format<>(
        type,
        method,
        read,
        Set.of(),
        Map.of(),
        parse,
        (peft, model) -> {
          Map<String, Object> out = new LinkedHashMap<>();
          write.into(peft, model, out);
          return out;
        });
  }

  private static int number(JsonNode json, String key, int otherwise) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isInt()) {
      throw new UserError(key + " must be a whole number, was " + node);
    }
    return node.asInt();
  }

  private static Optional<Integer> hidden(JsonNode json) {
    int width = number(json, HIDDEN, 0);
    return width == 0 ? Optional.empty() : Optional.of(width);
  }

  /** What PEFT derives from the model where a file does not say it. */
  private static void size(Map<String, Object> out, int tokens, Model model, boolean grouped) {
    ModelConfig config = model.config();
    PrefixRows rows = PrefixRows.of(1, model);
    out.put(TOKENS, tokens);
    out.put("num_transformer_submodules", model.frame().stacks().size());
    out.put("num_layers", config.layers());
    out.put("num_attention_heads", grouped ? rows.heads() : config.heads());
    out.put("token_dim", grouped ? rows.keys() : model.frame().stacks().get(0).tokens().width());
  }

  /** What a saved prompt began as; values for sources of other kinds say nothing any more. */
  private static Start start(JsonNode json) {
    return switch (json.path(START).asText("")) {
      case "SAMPLE_VOCAB" -> new Start.Vocabulary();
      case "TEXT" ->
          json.path(TEXT).asText("").isBlank()
              ? new Start.Random()
              : new Start.Text(json.path(TEXT).asText());
      default -> new Start.Random();
    };
  }

  private static void begun(Map<String, Object> out, Optional<Start> given, Model model) {
    given.ifPresent(start -> begun(out, start, model));
  }

  private static void begun(Map<String, Object> out, Start start, Model model) {
    if (start instanceof Start.Text text) {
      out.put(START, "TEXT");
      out.put(TEXT, text.text());
      out.put("tokenizer_name_or_path", String.valueOf(model.config().file().getParent()));
    } else {
      out.put(START, start instanceof Start.Vocabulary ? "SAMPLE_VOCAB" : "RANDOM");
    }
  }

  private static PromptEncoder encoder(JsonNode json) {
    String kind = json.path(KIND).asText("MLP");
    return switch (kind) {
      case "MLP" -> new PromptEncoder.Mlp(hidden(json));
      case "LSTM" ->
          new PromptEncoder.Lstm(
              hidden(json),
              number(json, "encoder_num_layers", 2),
              json.path("encoder_dropout").asDouble(0));
      default -> throw new UserError("%s = %s is not built".formatted(KIND, kind));
    };
  }

  private static PrefixTuning.Form form(JsonNode json) {
    return json.path("prefix_projection").asBoolean(false)
        ? new PrefixTuning.Projected(hidden(json))
        : new PrefixTuning.Direct(new Start.Vocabulary());
  }
}
