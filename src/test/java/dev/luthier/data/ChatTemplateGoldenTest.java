package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Renderings of published chat templates as jinja2 makes them under the settings of transformers:
 * equal to the character, with the errors that templates raise and the ranges of their generation
 * blocks.
 */
class ChatTemplateGoldenTest {

  record Golden(
      String how,
      Map<String, String> special_tokens,
      Map<String, Map<String, Object>> conversations,
      Map<String, Published> templates) {}

  record Published(String template, List<Case> cases) {}

  record Case(
      String conversation,
      boolean add_generation_prompt,
      @Nullable String text,
      @Nullable String error,
      @Nullable List<List<Integer>> assistant_spans) {}

  private static final Clock CLOCK =
      Clock.fixed(LocalDateTime.of(2026, 1, 15, 9, 30).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicNode> chatTemplates() throws IOException {
    Path golden = Path.of(System.getProperty("golden.dir", "src/test/resources/golden"));
    Path file =
        Stream.of(golden, Path.of("../shared/templates"))
            .map(dir -> dir.resolve("chat_templates.json"))
            .filter(Files::isRegularFile)
            .findFirst()
            .orElse(null);
    if (file == null) {
      return Stream.of(
          DynamicTest.dynamicTest(
              "chat_templates.json",
              () -> assumeTrue(false, "chat_templates.json is not here; give -Dgolden.dir")));
    }
    Golden all = new ObjectMapper().readValue(file.toFile(), Golden.class);
    Map<String, ChatTemplate> parsed = new HashMap<>();
    return all.templates().entrySet().stream()
        .map(entry -> published(entry.getKey(), entry.getValue(), all, parsed));
  }

  private static DynamicNode published(
      String name, Published published, Golden all, Map<String, ChatTemplate> parsed) {
    return DynamicContainer.dynamicContainer(
        name,
        published.cases().stream()
            .map(
                one ->
                    DynamicTest.dynamicTest(
                        name
                            + ", "
                            + one.conversation()
                            + (one.add_generation_prompt() ? ", with generation prompt" : ""),
                        () ->
                            check(
                                parsed.computeIfAbsent(
                                    published.template(),
                                    jinja ->
                                        ChatTemplate.of(jinja, all.special_tokens())
                                            .withClock(CLOCK)),
                                one,
                                all))));
  }

  private static void check(ChatTemplate template, Case one, Golden all) {
    Map<String, Object> conversation =
        new LinkedHashMap<>(all.conversations().get(one.conversation()));
    List<Map<String, Object>> messages = maps(conversation.remove("messages"));
    List<Map<String, Object>> tools = maps(conversation.remove("tools"));
    ChatTemplate.Options options =
        new ChatTemplate.Options(one.add_generation_prompt(), conversation);
    if (one.error() != null) {
      assertThatThrownBy(() -> template.render(messages, tools, options))
          .isInstanceOf(UserError.class)
          .hasMessage(one.error());
      return;
    }
    ChatTemplate.Rendered rendered = template.render(messages, tools, options);
    assertThat(rendered.text()).isEqualTo(one.text());
    if (one.assistant_spans() != null) {
      assertThat(template.hasGenerationMarks()).isTrue();
      assertThat(codePoints(rendered)).isEqualTo(one.assistant_spans());
    }
  }

  /** Our spans count UTF-16 chars, Python's count code points. */
  private static List<List<Integer>> codePoints(ChatTemplate.Rendered rendered) {
    String text = rendered.text();
    return rendered.assistantSpans().stream()
        .map(s -> List.of(text.codePointCount(0, s[0]), text.codePointCount(0, s[1])))
        .toList();
  }

  private static List<Map<String, Object>> maps(@Nullable Object value) {
    return value == null
        ? List.of()
        : new ObjectMapper().convertValue(value, new TypeReference<>() {});
  }
}
