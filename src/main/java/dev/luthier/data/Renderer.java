package dev.luthier.data;

import java.util.List;
import java.util.Map;

/** Renders a conversation as text: a {@link ChatTemplate} with its options given. */
public interface Renderer {

  /**
   * @param messages as {@link Message#fields} holds them
   * @param tools empty without tools
   * @param addGenerationPrompt whether the text ends with what the assistant's next turn begins
   *     with
   * @return the text, and the ranges that the template marks as said by the assistant
   * @throws dev.luthier.error.UserError if the template refuses the conversation
   */
  ChatTemplate.Rendered render(
      List<Map<String, Object>> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt);

  /**
   * @param variables further variables that the template knows, as {@code enable_thinking}
   */
  static Renderer of(ChatTemplate template, Map<String, Object> variables) {
    return (messages, tools, addGenerationPrompt) ->
        template.render(messages, tools, new ChatTemplate.Options(addGenerationPrompt, variables));
  }
}
