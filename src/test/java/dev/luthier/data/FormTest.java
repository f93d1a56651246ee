package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.luthier.error.UserError;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FormTest {
  private static Row row(String json) {
    try {
      return new Row(JsonText.OBJECT.readValue(json.replace('\'', '"')), "x.jsonl line 1");
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static Example read(String json) {
    Row row = row(json);
    return ((Form.Reading.Accepted) Form.detect(row).read(row)).sample().example();
  }

  private static String refusal(String json) {
    Row row = row(json);
    return ((Form.Reading.Refused) Form.detect(row).read(row)).refusal().reason();
  }

  @Test
  void messagesWithToolsAndToolCalls() {
    String call = "{'id': 'c1', 'type': 'function', 'function': {'name': 'add', 'arguments': %s}}";
    String messages =
        "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'a'}, {'type': 'text', 'text': 'b'}]},"
            + "{'role': 'assistant', 'content': null, 'tool_calls': [%s]},"
            + "{'role': 'tool', 'tool_call_id': 'c1', 'content': '3'}], 'tools': %s}";
    String bare = "{'name': 'add', 'parameters': {}}";
    // Arguments as JSON text and as an object, tools as text and as a list: the same example.
    Example asText =
        read(
            messages.formatted(
                call.formatted("'{\\'x\\': 1}'"),
                "'[{\\'name\\': \\'add\\', \\'parameters\\': {}}]'"));
    Example asObject = read(messages.formatted(call.formatted("{'x': 1}"), "[" + bare + "]"));
    assertThat(asText).isEqualTo(asObject);
    Example.Chat chat = (Example.Chat) asObject;
    assertThat(chat.messages().get(0)).isEqualTo(Message.of("user", "ab"));
    assertThat(chat.messages().get(1).fields())
        .containsEntry("content", null)
        .containsEntry(
            "tool_calls",
            List.of(
                Map.of(
                    "id",
                    "c1",
                    "type",
                    "function",
                    "function",
                    Map.of("name", "add", "arguments", Map.of("x", 1)))));
    assertThat(chat.messages().get(2).fields()).containsEntry("tool_call_id", "c1");
    assertThat(chat.tools())
        .containsExactly(
            Map.of("type", "function", "function", Map.of("name", "add", "parameters", Map.of())));
  }

  @Test
  void promptAndCompletion() {
    assertThat(read("{'prompt': 'a', 'completion': 'b', 'id': 3}"))
        .isEqualTo(new Example.PromptCompletion("a", "b"));
    assertThat(
            read(
                "{'prompt': [{'role': 'user', 'content': 'a'}], 'completion': [{'role': 'assistant', 'content': 'b'}]}"))
        .isEqualTo(
            new Example.ChatCompletion(
                List.of(Message.of("user", "a")),
                List.of(Message.of("assistant", "b")),
                List.of()));
  }

  @Test
  void alpacaSetsTheInputBelowTheInstruction() {
    assertThat(
            read(
                "{'instruction': 'add', 'input': '1 2', 'output': '3', 'system': 'brief', 'history': [['q', 'a']]}"))
        .isEqualTo(
            new Example.Chat(
                List.of(
                    Message.of("system", "brief"),
                    Message.of("user", "q"),
                    Message.of("assistant", "a"),
                    Message.of("user", "add\n1 2"),
                    Message.of("assistant", "3")),
                List.of()));
    assertThat(
            ((Example.Chat) read("{'instruction': 'add', 'input': '', 'output': '3'}")).messages())
        .containsExactly(Message.of("user", "add"), Message.of("assistant", "3"));
  }

  @Test
  void shareGptWithAFunctionCall() {
    Example.Chat chat =
        (Example.Chat)
            read(
                "{'system': 'be brief', 'conversations': [{'from': 'human', 'value': 'hi'},"
                    + "{'from': 'function_call', 'value': '{\\'name\\': \\'f\\', \\'arguments\\': {}}'},"
                    + "{'from': 'observation', 'value': '3'}, {'from': 'gpt', 'value': 'three'}]}");
    assertThat(chat.messages())
        .extracting(Message::role)
        .containsExactly("system", "user", "assistant", "tool", "assistant");
    assertThat(chat.messages().get(2).fields())
        .containsEntry(
            "tool_calls",
            List.of(
                Map.of(
                    "type", "function", "function", Map.of("name", "f", "arguments", Map.of()))));
    assertThat(read("{'conversations': [{'role': 'user', 'content': 'hi'}]}"))
        .isEqualTo(new Example.Chat(List.of(Message.of("user", "hi")), List.of()));
  }

  @Test
  void text() {
    assertThat(read("{'text': 'abc', 'label': 'x'}")).isEqualTo(new Example.Text("abc"));
  }

  @Test
  void refusalsNameColumnFindingAndNeed() {
    assertThat(refusal("{'prompt': 1, 'completion': 'b'}"))
        .isEqualTo("column \"prompt\" is a number; a text is needed");
    assertThat(refusal("{'prompt': 'a', 'completion': null}"))
        .isEqualTo("column \"completion\" is missing; a text is needed");
    assertThat(refusal("{'prompt': 'a', 'completion': ''}"))
        .isEqualTo("column \"completion\" is an empty text");
    assertThat(refusal("{'prompt': [], 'completion': 'b'}"))
        .isEqualTo(
            "column \"prompt\" is an empty list and column \"completion\" is a text; two texts or two lists of messages are needed");
    assertThat(refusal("{'messages': []}"))
        .isEqualTo("column \"messages\" is empty; messages are needed");
    assertThat(refusal("{'messages': 'hello'}"))
        .isEqualTo("column \"messages\" is a text that is no JSON; a list or JSON is needed");
    assertThat(refusal("{'messages': [{'content': 'a'}]}"))
        .isEqualTo("column \"messages\": a message's \"role\" is missing; a text is needed");
    assertThat(refusal("{'messages': [{'role': 'user', 'content': [{'type': 'image'}]}]}"))
        .contains("has a part of type image; only text parts can be learnt");
    assertThat(refusal("{'messages': [{'role': 'assistant', 'tool_calls': [{'function': {}}]}]}"))
        .contains("has a call without a function name");
    assertThat(refusal("{'conversations': [{'from': 'robot', 'value': 'a'}]}"))
        .contains("\"from\" is \"robot\"; human, gpt, system,");
    assertThat(refusal("{'instruction': 'a', 'output': 'b', 'history': [['x']]}"))
        .contains("column \"history\"");
  }

  @Test
  void unknownColumnsAreNamedWithTheRemedy() {
    assertThatThrownBy(() -> Form.detect(row("{'question': 'a', 'answer': 'b'}")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("x.jsonl line 1: the columns are question, answer")
        .hasMessageContaining("[completion, prompt]")
        .hasMessageContaining("data.columns: {prompt: question, completion: answer}");
    assertThatThrownBy(() -> Form.of("chat"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("prompt-completion");
    assertThat(Form.of("prompt-completion")).isEqualTo(Form.PROMPT_COMPLETION);
  }

  @Test
  void columnsAreRenamedAlsoInside() {
    Columns columns = new Columns(Map.of("prompt", "q", "completion", "all.1.a"));
    Row renamed = columns.rename(row("{'q': 'x', 'all': [{'a': 1}, {'a': 'y'}], 'prompt': 'old'}"));
    assertThat(renamed.columns()).containsEntry("prompt", "x").containsEntry("completion", "y");
    assertThat(renamed.columns()).doesNotContainKey("q");
    assertThatThrownBy(() -> columns.check(row("{'q': 'x', 'all': []}")))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "x.jsonl line 1: data.columns takes completion from \"all.1.a\", but the columns are q, all");
    assertThat(Objects.requireNonNull(columns.rename(row("{'q': 'x'}"))).columns())
        .containsEntry("completion", null);
  }
}
