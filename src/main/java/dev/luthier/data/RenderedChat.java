package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A chat as the template renders it, and where in the text the assistant speaks.
 *
 * <p>Where the template marks the assistant's text with {@code {% generation %}}, the marks tell.
 * Else the text is rendered in increments: a turn begins where the rendering of the messages before
 * it ends, with the prompt for the assistant, and ends where the rendering of the messages up to it
 * ends. Both must be beginnings of the whole, or the place of the turn is unknown and an error says
 * so. Blanks behind the control token that ends a turn are not part of it: the model stops at that
 * token and never says them.
 */
final class RenderedChat {
  private final Renderer renderer;
  private final List<Message> messages;
  private final List<Map<String, Object>> tools;
  private final int promptLength;
  private final Set<String> controlTokens;
  private final String text;
  private final List<Span> marks;

  /**
   * @param promptLength how many messages are given; the others are the completion
   * @param controlTokens the texts of the tokenizer's added tokens
   */
  RenderedChat(
      Renderer renderer,
      List<Message> messages,
      List<Map<String, Object>> tools,
      int promptLength,
      Set<String> controlTokens) {
    this.renderer = renderer;
    this.messages = messages;
    this.tools = tools;
    this.promptLength = promptLength;
    this.controlTokens = controlTokens;
    ChatTemplate.Rendered whole = render(messages.size(), false);
    this.text = whole.text();
    this.marks = whole.assistantSpans().stream().map(s -> new Span(s[0], s[1])).toList();
  }

  String text() {
    return text;
  }

  /** All assistant turns. */
  List<Span> assistant() {
    return marks.isEmpty() ? turns().mapToObj(this::increment).toList() : marks;
  }

  /** The last assistant turn; empty without one. */
  List<Span> lastAssistant() {
    int[] turns = turns().toArray();
    if (turns.length == 0) {
      return List.of();
    }
    int last = turns[turns.length - 1];
    if (marks.isEmpty()) {
      return List.of(increment(last));
    }
    return marks.size() == turns.length
        ? marks.subList(marks.size() - 1, marks.size())
        : marksFrom(common(render(last, true).text()));
  }

  /** What the completion's messages say: their marks, or all of the text behind the prompt. */
  List<Span> completion() {
    String prompt = render(promptLength, true).text();
    if (!marks.isEmpty()) {
      return marksFrom(common(prompt));
    }
    requirePrefix(prompt, text, promptLength);
    return List.of(new Span(prompt.length(), endOfTurn(prompt.length(), text.length())));
  }

  private IntStream turns() {
    return IntStream.range(0, messages.size()).filter(i -> messages.get(i).isAssistant());
  }

  private Span increment(int turn) {
    String before = render(turn, true).text();
    String after = render(turn + 1, false).text();
    requirePrefix(after, text, turn + 1);
    requirePrefix(before, after, turn);
    return new Span(before.length(), endOfTurn(before.length(), after.length()));
  }

  private ChatTemplate.Rendered render(int count, boolean addGenerationPrompt) {
    return renderer.render(
        messages.subList(0, count).stream().map(Message::fields).toList(),
        tools,
        addGenerationPrompt);
  }

  private static void requirePrefix(String part, String whole, int messages) {
    if (!whole.startsWith(part)) {
      throw new UserError(
          "the chat template renders the first %d messages differently when others follow, so the assistant's text cannot be located; take loss on last or all, or put {%% generation %%} marks into the template"
              .formatted(messages));
    }
  }

  private int endOfTurn(int start, int end) {
    String turn = text.substring(start, end).stripTrailing();
    return controlTokens.stream().anyMatch(token -> !token.isBlank() && turn.endsWith(token))
        ? start + turn.length()
        : end;
  }

  private List<Span> marksFrom(int start) {
    return marks.stream().filter(mark -> mark.start() >= start).toList();
  }

  /** How far the prompt agrees with the text: it may end in an opening that the turn lacks. */
  private int common(String prompt) {
    int n = Math.min(prompt.length(), text.length());
    int i = 0;
    while (i < n && prompt.charAt(i) == text.charAt(i)) {
      i++;
    }
    return i;
  }
}
