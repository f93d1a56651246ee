package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes token rows of examples. What is learnt is decided by character offsets in the text, never
 * by searching for tokens. A token is learnt if its range overlaps a learnt range of the text, so
 * one that straddles the border is; that is what transformers' {@code return_assistant_tokens_mask}
 * does.
 *
 * <p>Chats: the tokens are those of the rendered text and nothing is added, so a beginning token
 * that the template writes is there once. Plain text: BOS (where the model has one and
 * tokenizer_config.json does not set {@code add_bos_token} to false), the text, EOS.
 *
 * @param renderer the model's chat template; absent where it has none
 */
public record SftTokenizer(Tokenizer tokenizer, Optional<Renderer> renderer, LossOn lossOn) {

  /**
   * @throws UserError if the chat template refuses the example, the place of the learnt text cannot
   *     be told, or the model lacks what the example needs (a chat template, an end token)
   */
  public Marked tokenize(Example example) {
    if (example instanceof Example.Chat chat) {
      int last = chat.messages().size() - 1;
      while (last > 0 && !chat.messages().get(last).isAssistant()) {
        last--;
      }
      return chat(chat.messages(), chat.tools(), last);
    }
    if (example instanceof Example.ChatCompletion chat) {
      return chat(chat.messages(), chat.tools(), chat.prompt().size());
    }
    if (example instanceof Example.PromptCompletion plain) {
      String text = plain.prompt() + plain.completion();
      int start = lossOn == LossOn.ALL ? 0 : plain.prompt().length();
      return plain(text, new Span(start, text.length()));
    }
    String text = ((Example.Text) example).text();
    return plain(text, new Span(0, text.length()));
  }

  /** The tokens of a plain prompt, as training saw it: BOS and the text. */
  public int[] prompt(String text) {
    int[] ids = tokenizer.encode(text, false).ids();
    return tokenizer.bos().isPresent() ? prepend(tokenizer.bos().getAsInt(), ids) : ids;
  }

  /**
   * The tokens of a conversation up to where the assistant's next turn begins.
   *
   * @throws UserError if the model has no chat template or the template refuses the conversation
   */
  public int[] prompt(List<Message> messages, List<Map<String, Object>> tools) {
    List<Map<String, Object>> fields = messages.stream().map(Message::fields).toList();
    return tokenizer.encode(template().render(fields, tools, true).text(), false).ids();
  }

  private Marked chat(List<Message> messages, List<Map<String, Object>> tools, int promptLength) {
    RenderedChat chat =
        new RenderedChat(template(), messages, tools, promptLength, tokenizer.addedTokens());
    Tokenizer.Encoding tokens = tokenizer.encode(chat.text(), false);
    if (tokens.length() == 0) {
      throw new UserError("the chat template renders this chat as nothing");
    }
    boolean[] trained = mark(tokens, lossOn.spans(chat));
    trained[0] = false;
    return new Marked(
        new TokenRow(tokens.ids(), trained), chat.text(), tokens.starts(), tokens.ends());
  }

  private Renderer template() {
    return renderer.orElseThrow(
        () ->
            new UserError(
                "chats need a chat template, but the model folder has none; put a chat_template.jinja there, or give prompt and completion as plain text"));
  }

  private Marked plain(String text, Span learnt) {
    Tokenizer.Encoding tokens = tokenizer.encode(text, false);
    int eos =
        tokenizer
            .eos()
            .orElseThrow(
                () ->
                    new UserError(
                        "plain text needs an end token, but the model folder names no eos_token that tokenizer.json knows"));
    int first = tokenizer.bos().isPresent() ? 1 : 0;
    int n = first + tokens.length() + 1;
    int[] ids = new int[n];
    int[] starts = new int[n];
    int[] ends = new int[n];
    boolean[] trained = new boolean[n];
    if (first == 1) {
      ids[0] = tokenizer.bos().getAsInt();
    }
    System.arraycopy(tokens.ids(), 0, ids, first, tokens.length());
    System.arraycopy(tokens.starts(), 0, starts, first, tokens.length());
    System.arraycopy(tokens.ends(), 0, ends, first, tokens.length());
    System.arraycopy(mark(tokens, List.of(learnt)), 0, trained, first, tokens.length());
    ids[n - 1] = eos;
    starts[n - 1] = ends[n - 1] = text.length();
    trained[n - 1] = true;
    trained[0] = false;
    return new Marked(new TokenRow(ids, trained), text, starts, ends);
  }

  /** Marks, for each range, the tokens from the first that overlaps it to the last that does. */
  private static boolean[] mark(Tokenizer.Encoding tokens, List<Span> spans) {
    boolean[] trained = new boolean[tokens.length()];
    for (Span span : spans) {
      int first = -1;
      int last = -1;
      for (int i = 0; i < trained.length && !span.isEmpty(); i++) {
        if (span.overlaps(tokens.starts()[i], tokens.ends()[i])) {
          first = first < 0 ? i : first;
          last = i;
        }
      }
      if (first >= 0) {
        Arrays.fill(trained, first, last + 1, true);
      }
    }
    return trained;
  }

  private static int[] prepend(int id, int[] ids) {
    int[] out = new int[ids.length + 1];
    out[0] = id;
    System.arraycopy(ids, 0, out, 1, ids.length);
    return out;
  }
}
