package dev.luthier.data;

import dev.luthier.data.JinjaRuntime.Program;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template: from messages to the text that the model was trained on.
 *
 * <p>Renders as {@code apply_chat_template} of transformers does: jinja2 with trim_blocks and
 * lstrip_blocks, loop controls, {@code raise_exception}, {@code strftime_now}, {@code tojson}
 * without HTML escapes and {@code {% generation %}} blocks. A template is parsed once. Safe for use
 * by several threads; they take turns.
 */
public final class ChatTemplate {

  /**
   * What a rendering is asked for.
   *
   * @param addGenerationPrompt whether to end with the beginning of the assistant's answer
   * @param variables more variables of the template (enable_thinking, documents ...), JSON values
   */
  public record Options(boolean addGenerationPrompt, Map<String, Object> variables) {
    /** Only whole turns, no more variables. */
    public static final Options TURNS = new Options(false, Map.of());

    /** Ends with the beginning of the assistant's answer. */
    public static final Options PROMPT = new Options(true, Map.of());
  }

  /**
   * A rendered conversation.
   *
   * @param text what the template printed
   * @param assistantSpans [start, end) of the text of each generation block, in UTF-16 chars of
   *     text; empty where the template has none
   */
  public record Rendered(String text, List<int[]> assistantSpans) {}

  private final Program template;
  private final @Nullable Program toolUse;
  private final Map<String, String> specialTokens;
  private final Clock clock;

  private ChatTemplate(
      Program template, @Nullable Program toolUse, Map<String, String> specialTokens, Clock clock) {
    this.template = template;
    this.toolUse = toolUse;
    this.specialTokens = specialTokens;
    this.clock = clock;
  }

  /**
   * The template of a model folder: chat_template.jinja, else chat_template of
   * tokenizer_config.json (one text, or several by name, of which "tool_use" serves conversations
   * with tools); empty where the folder has none.
   *
   * @throws UserError naming the file, where one cannot be read or parsed
   */
  public static Optional<ChatTemplate> load(Path modelDir) {
    Map<String, TemplateFiles.Source> sources = TemplateFiles.templates(modelDir);
    TemplateFiles.Source main = sources.get("default");
    if (main == null) {
      return Optional.empty();
    }
    TemplateFiles.Source tools = sources.get("tool_use");
    return Optional.of(
        new ChatTemplate(
            parse(main),
            tools == null ? null : parse(tools),
            TemplateFiles.specialTokens(modelDir),
            Clock.systemDefaultZone()));
  }

  /** Whether {@link #load} would find a template; nothing is parsed. */
  public static boolean isIn(Path modelDir) {
    return TemplateFiles.templates(modelDir).containsKey("default");
  }

  /**
   * A template given as text.
   *
   * @param specialTokens bos_token, eos_token ... as the template may name them
   * @throws UserError with the reason, where the template does not parse
   */
  public static ChatTemplate of(String jinja, Map<String, String> specialTokens) {
    return new ChatTemplate(
        JinjaRuntime.shared().parse("template", jinja),
        null,
        Map.copyOf(specialTokens),
        Clock.systemDefaultZone());
  }

  /** The same template with this clock behind strftime_now. */
  public ChatTemplate withClock(Clock other) {
    return new ChatTemplate(template, toolUse, specialTokens, other);
  }

  /** Whether the template marks the assistant's text by {@code {% generation %}}. */
  public boolean hasGenerationMarks() {
    return template.generation();
  }

  /**
   * Renders a conversation.
   *
   * @param messages each with role, content and what else the template knows, as JSON values
   * @param tools function schemas; none where empty
   * @throws UserError with the template's own message where it calls raise_exception, or naming the
   *     template where it fails otherwise
   */
  public Rendered render(
      List<Map<String, Object>> messages, List<Map<String, Object>> tools, Options options) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>(specialTokens);
    variables.put("documents", null);
    variables.putAll(options.variables());
    variables.put("messages", messages);
    variables.put("tools", tools.isEmpty() ? null : tools);
    variables.put("add_generation_prompt", options.addGenerationPrompt());
    Program program = toolUse == null || tools.isEmpty() ? template : toolUse;
    String json = TemplateValues.write(variables);
    GenerationMarks marks =
        program.generation()
            ? GenerationMarks.absentFrom(program.source(), json)
            : GenerationMarks.NONE;
    String text = JinjaRuntime.shared().render(program, json, marks, clock);
    return marks.remove(program.place(), text);
  }

  private static Program parse(TemplateFiles.Source source) {
    return JinjaRuntime.shared().parse(source.file().toString(), source.text());
  }
}
