package dev.luthier.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The shipped model's text side, with its chat template written out in Java. */
final class TinyBase {
  static final Path DIR = Path.of("models/tiny-base");

  private TinyBase() {}

  static JsonNode reference() {
    return Vocabulary.json(DIR.resolve("reference.json")).orElseThrow();
  }

  /** What chat_template.jinja says, with the ranges of its generation marks. */
  static ChatTemplate.Rendered marked(
      List<Map<String, Object>> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt) {
    StringBuilder text = new StringBuilder("<|bos|>");
    List<int[]> spans = new ArrayList<>();
    for (Map<String, Object> message : messages) {
      text.append("<|%s|>\n".formatted(message.get("role")));
      int start = text.length();
      text.append(message.get("content"));
      if ("assistant".equals(message.get("role"))) {
        text.append("<|eos|>");
        spans.add(new int[] {start, text.length()});
      } else {
        text.append("\n");
      }
    }
    return new ChatTemplate.Rendered(
        text.append(addGenerationPrompt ? "<|assistant|>\n" : "").toString(), spans);
  }

  /** The same template without marks. */
  static ChatTemplate.Rendered unmarked(
      List<Map<String, Object>> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt) {
    return new ChatTemplate.Rendered(
        marked(messages, tools, addGenerationPrompt).text(), List.of());
  }
}
