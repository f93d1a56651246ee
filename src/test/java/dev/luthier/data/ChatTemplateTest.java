package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChatTemplateTest {

  private static final Path TINY_BASE = Path.of("models/tiny-base");
  private static final Clock CLOCK =
      Clock.fixed(LocalDateTime.of(2026, 1, 5, 9, 30).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
  private static final List<Map<String, Object>> CHAT =
      List.of(
          Map.of("role", "user", "content", "Hi"), Map.of("role", "assistant", "content", "Yo 🙂"));

  private static Map<String, Object> variables() {
    Map<String, Object> d = new LinkedHashMap<>();
    d.put("2", 1);
    d.put("1", 2.0);
    d.put("items", "it's");
    return Map.of("l", List.of(3, 1, 2), "d", d, "s", "  Hello, World\n ", "e", "🙂b");
  }

  private static String render(String jinja) {
    return ChatTemplate.of(jinja, Map.of("bos_token", "<s>"))
        .withClock(CLOCK)
        .render(CHAT, List.of(), new ChatTemplate.Options(false, variables()))
        .text();
  }

  // What jinja2 3.1.6 prints under the settings of transformers.
  static Stream<Arguments> templates() {
    return Stream.of(
        // trim_blocks takes the newline after a tag, lstrip_blocks the indentation before it
        Arguments.of("a\n  {% if true %}\nb\n  {% endif %}\n  c\n", "a\nb\n  c"),
        Arguments.of("  {%+ if true %}x{% endif +%}\ny", "  x\ny"),
        Arguments.of("a {#- note -#} b{# c #}\nd", "abd"),
        Arguments.of("{{ 'a' -}}\n b  {{- 'c' }}\nd", "abc\nd"),
        Arguments.of("{% raw %}{{ x }}{% endraw %}\n100%}\n!", "{{ x }}100%}\n!"),
        Arguments.of("line\n\n", "line\n"),
        // Python's printing
        Arguments.of(
            "{{ none }} {{ true }} {{ 1.0 }} {{ l }} {{ (1,) }}", "None True 1.0 [3, 1, 2] (1,)"),
        Arguments.of("{{ d }}", "{'2': 1, '1': 2.0, 'items': \"it's\"}"),
        Arguments.of("{{ nope }}|{{ nope is defined }}|{{ nope|default('x') }}", "|False|x"),
        // json.dumps(ensure_ascii=False, indent=...)
        Arguments.of("{{ d|tojson }}", "{\"2\": 1, \"1\": 2.0, \"items\": \"it's\"}"),
        Arguments.of("{{ '<é\"\n>'|tojson }}", "\"<é\\\"\\n>\""),
        Arguments.of(
            "{{ [1, {'a': []}]|tojson(indent=2) }}", "[\n  1,\n  {\n    \"a\": []\n  }\n]"),
        // loops
        Arguments.of(
            "{% for x in l %}a{{ x }}{% if x == 1 %}{% continue %}{% endif %}b"
                + "{% if x == 2 %}!{% break %}{% endif %}{% endfor %}",
            "a3ba1a2b!"),
        Arguments.of(
            "{% for x in l %}{{ loop.index }}{{ loop.last }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}",
            "1False1;2False32;3True1;"),
        Arguments.of("{% for x in l if x > 1 %}{{ x }}{% else %}none{% endfor %}", "32"),
        Arguments.of(
            "{% for x in l %}{{ y is defined }}{% set y = x %}{% endfor %}", "FalseFalseFalse"),
        Arguments.of(
            "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "2=1;1=2.0;items=it's;"),
        Arguments.of(
            "{% set ns = namespace(n=0) %}{% for x in l %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}",
            "6"),
        // macros see where they are defined, not where they are called
        Arguments.of(
            "{% macro m(a, b='d') %}{{ a }}{{ b }}{{ x is defined }}{% endmacro %}"
                + "{% for x in [1] %}{{ m(x) }}{{ m(x, b=2) }}{% endfor %}",
            "1dFalse12False"),
        // methods and slices; a text counts code points
        Arguments.of(
            "{{ s.strip().split(', ') }}{{ 'a-b-c'.rsplit('-', 1) }}",
            "['Hello', 'World']['a-b', 'c']"),
        Arguments.of("{{ 'abc'.startswith(('x', 'a')) }}{{ 'abc'.endswith('b') }}", "TrueFalse"),
        Arguments.of(
            "{{ 'xxaxx'.lstrip('x') }}{{ 'aa'.replace('a', 'b', 1) }}{{ 'ab'.title() }}",
            "axxbaAb"),
        Arguments.of(
            "{{ e|length }}{{ e[0] }}{{ e[::-1] }}{{ l[1:] }}{{ l[-1] }}", "2🙂b🙂[1, 2]2"),
        Arguments.of(
            "{{ d.get('2') }}{{ d.get('x') }}{{ d.get('x', 0) }}{{ d['items'] }}", "1None0it's"),
        // operators, filters and tests
        Arguments.of(
            "{{ 7 // 2 }} {{ -7 % 3 }} {{ 6 / 2 }} {{ 'a' ~ 1 }} {{ 1 < 2 < 2 }}",
            "3 2 3.0 a1 False"),
        Arguments.of(
            "{{ 'ab' in 'cab' }}{{ '2' in d }}{{ [1] == [1.0] }}{{ none in [none] }}",
            "TrueTrueTrueTrue"),
        Arguments.of(
            "{{ 6 is divisibleby(3) }}{{ 6 is divisibleby 4 }}{{ 1 is in l }}{{ 3 is not odd }}",
            "TrueFalseTrueFalse"),
        Arguments.of("{{ messages|map(attribute='role')|join(',') }}", "user,assistant"),
        Arguments.of("{{ messages|selectattr('role', 'equalto', 'user')|list|length }}", "1"),
        Arguments.of(
            "{{ l|sort }}{{ l|first }}{{ l|max }}{{ 2.5|round }}{{ '3.7'|int }}",
            "[1, 2, 3]332.03"),
        Arguments.of(
            "{{ 'a\nb'|indent(2) }}{{ ' x '|trim }}{{ '%s=%d' % ('a', 3) }}", "a\n  bxa=3"),
        // variables of every rendering
        Arguments.of(
            "{{ bos_token }}{{ tools }}{{ documents }}{{ add_generation_prompt }}",
            "<s>NoneNoneFalse"),
        Arguments.of(
            "{{ strftime_now('%d %b %Y %H:%M %A, %-d') }}", "05 Jan 2026 09:30 Monday, 5"));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void printsWhatJinja2Prints(String jinja, String expected) {
    assertThat(render(jinja)).isEqualTo(expected);
  }

  @Test
  void rendersTinyBaseWithItsAssistantSpans() {
    ChatTemplate template = ChatTemplate.load(TINY_BASE).orElseThrow();
    assertThat(template.hasGenerationMarks()).isTrue();
    ChatTemplate.Rendered rendered = template.render(CHAT, List.of(), ChatTemplate.Options.PROMPT);
    // <|bos|> is 7 chars, "<|user|>\nHi\n" 12, "<|assistant|>\n" 14: the answer begins at 33;
    // "Yo 🙂" is 5 chars and <|eos|> 7, so it ends at 45. trim_blocks takes the newline after it.
    assertThat(rendered.text())
        .isEqualTo("<|bos|><|user|>\nHi\n<|assistant|>\nYo 🙂<|eos|><|assistant|>\n");
    assertThat(rendered.assistantSpans()).containsExactly(new int[] {33, 45});
  }

  @Test
  void rendersTheReferenceChatsOfTinyBase() throws IOException {
    ChatTemplate template = ChatTemplate.load(TINY_BASE).orElseThrow();
    JsonNode chats =
        new ObjectMapper().readTree(TINY_BASE.resolve("reference.json").toFile()).path("chat");
    assertThat(chats).isNotEmpty();
    for (JsonNode chat : chats) {
      List<Map<String, Object>> messages =
          new ObjectMapper().convertValue(chat.path("messages"), new TypeReference<>() {});
      assertThat(template.render(messages, List.of(), ChatTemplate.Options.TURNS).text())
          .isEqualTo(chat.path("text_generation_prompt_false").textValue());
      assertThat(template.render(messages, List.of(), ChatTemplate.Options.PROMPT).text())
          .isEqualTo(chat.path("text_generation_prompt_true").textValue());
    }
  }

  @Test
  void generationBlocksTakePartInWhitespaceControl() {
    ChatTemplate template =
        ChatTemplate.of("a {%- generation -%}  b  {%- endgeneration %}\n c", Map.of());
    ChatTemplate.Rendered rendered = template.render(CHAT, List.of(), ChatTemplate.Options.TURNS);
    assertThat(rendered.text()).isEqualTo("ab c");
    assertThat(rendered.assistantSpans()).containsExactly(new int[] {1, 2});
  }

  /** Whatever a message holds, the span holds it, and the text between spans is the template's. */
  @Property(tries = 50)
  void aSpanHoldsTheMessage(@ForAll String content) {
    ChatTemplate template =
        ChatTemplate.of(
            "<{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}>",
            Map.of());
    List<Map<String, Object>> messages = List.of(Map.of("role", "assistant", "content", content));
    ChatTemplate.Rendered rendered =
        template.render(messages, List.of(), ChatTemplate.Options.TURNS);
    assertThat(rendered.text()).isEqualTo("<" + content + ">");
    assertThat(rendered.assistantSpans()).containsExactly(new int[] {1, 1 + content.length()});
  }

  @Test
  void toolsAreAVariable() {
    ChatTemplate template = ChatTemplate.of("{{ tools[0].function.name }}", Map.of());
    List<Map<String, Object>> tools = List.of(Map.of("function", Map.of("name", "get_weather")));
    assertThat(template.render(CHAT, tools, ChatTemplate.Options.TURNS).text())
        .isEqualTo("get_weather");
    assertThat(template.hasGenerationMarks()).isFalse();
  }

  @Test
  void raisedErrorsCarryTheTemplatesMessage() {
    assertThatThrownBy(() -> render("{{ raise_exception('roles must ' ~ 'alternate') }}"))
        .isInstanceOf(UserError.class)
        .hasMessage("roles must alternate");
  }

  @Test
  void useOfAnUndefinedValueNamesIt() {
    assertThatThrownBy(() -> render("{{ messages[0].tool.name }}"))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("'dict object' has no attribute 'tool'");
  }

  @Test
  void aTemplateCannotReachJava() {
    assertThat(render("{{ Java }}{{ module }}{{ messages.constructor }}{{ s.__proto__ }}"))
        .isEmpty();
  }

  @Test
  void aTemplateThatDoesNotParseNamesFileAndReason(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("chat_template.jinja");
    Files.writeString(file, "{% if true %}\n{{ messages[0] \n");
    assertThatThrownBy(() -> ChatTemplate.load(dir))
        .isInstanceOf(UserError.class)
        .hasMessage(
            file + ": the chat template does not parse: line 2: the tag {{ is never closed");
    Files.writeString(file, "{% if true %}");
    assertThatThrownBy(() -> ChatTemplate.load(dir))
        .hasMessageEndingWith("the template ends inside a block or an expression");
  }

  @Test
  void loadsNamedTemplatesAndTokensFromTheConfig(@TempDir Path dir) throws IOException {
    assertThat(ChatTemplate.load(dir)).isEmpty();
    Files.writeString(
        dir.resolve("special_tokens_map.json"), "{\"bos_token\": \"old\", \"pad_token\": \"<p>\"}");
    Files.writeString(
        dir.resolve("tokenizer_config.json"),
        """
        {"bos_token": {"content": "<s>"}, "chat_template": [
          {"name": "tool_use", "template": "tools {{ bos_token }}"},
          {"name": "default", "template": "plain {{ bos_token }}{{ pad_token }}"}]}
        """);
    ChatTemplate template = ChatTemplate.load(dir).orElseThrow();
    List<Map<String, Object>> tools = List.of(Map.of("type", "function"));
    assertThat(template.render(CHAT, List.of(), ChatTemplate.Options.TURNS).text())
        .isEqualTo("plain <s><p>");
    assertThat(template.render(CHAT, tools, ChatTemplate.Options.TURNS).text())
        .isEqualTo("tools <s>");
    // The file of its own goes before the config.
    Files.writeString(dir.resolve("chat_template.jinja"), "file");
    assertThat(
            ChatTemplate.load(dir)
                .orElseThrow()
                .render(CHAT, List.of(), ChatTemplate.Options.TURNS)
                .text())
        .isEqualTo("file");
  }

  @Test
  void aConfigThatIsNotJsonIsNamedWithItsLine(@TempDir Path dir) throws IOException {
    Path config = dir.resolve("tokenizer_config.json");
    Files.writeString(config, "{\n\"chat_template\": oops}");
    assertThatThrownBy(() -> ChatTemplate.load(dir))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(config + ": not JSON at line 2");
  }
}
