package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes token rows of examples. What is learnt is decided by character offsets in the text, never
 * by searching for tokens. A token is learnt if its range overlaps a learnt range of the text, so
 * one that straddles the border is; that is what transformers' {@code return_assistant_tokens_mask}
 * does.
 *
 * <p>Chats: the tokens are those of the rendered text and nothing is added, so a beginning token
 * that the template writes is there once. Plain text: BOS (where the model has one and
 * tokenizer_config.json does not set {@code add_bos_token} to false), the text, EOS; an encoder's
 * CLS and SEP where it names no EOS.
 *
 * @param renderer the model's chat template; absent where it has none
 */
public record SftTokenizer(Tokenizer tokenizer, Optional<Renderer> renderer, LossOn lossOn)
    implements RowMaker<TokenRow> {

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
    if (example instanceof Example.Text plain) {
      return plain(plain.text(), new Span(0, plain.text().length()));
    }
    throw new IllegalArgumentException("nothing to write in " + example);
  }

  @Override
  public TokenRow make(Example example) {
    return tokenize(example).row();
  }

  @Override
  public Optional<TokenRow> cut(Example example, int maxLength) {
    TokenRow row = make(example);
    int n = Math.min(maxLength, row.length());
    TokenRow cut = new TokenRow(Arrays.copyOf(row.ids(), n), Arrays.copyOf(row.trained(), n));
    return Optional.of(cut).filter(left -> left.targets() > 0);
  }

  @Override
  public String show(Example example, boolean colours) {
    return tokenize(example).show(colours, id -> tokenizer.decode(new int[] {id}, false));
  }

  @Override
  public Unit unit() {
    return new Unit("of them learnt", "learnt tokens");
  }

  @Override
  public Optional<Fault> fault(TokenRow row) {
    if (row.targets() == 0) {
      return Optional.of(
          new Fault(
              Fault.Kind.UNTAUGHT,
              "has no token to learn with loss on " + lossOn.label(),
              "remove such rows or choose another loss"));
    }
    return Stream.of(tokenizer.bos(), tokenizer.eos())
        .flatMap(control -> control.stream().boxed())
        .filter(control -> twice(row.ids(), control))
        .map(control -> tokenizer.decode(new int[] {control}, false))
        .map(
            token ->
                new Fault(
                    Fault.Kind.DOUBLED,
                    "has " + token + token,
                    "the text already holds what the template or the tokenizer adds; remove it from the data"))
        .findFirst();
  }

  private static boolean twice(int[] ids, int id) {
    return IntStream.range(1, ids.length).anyMatch(i -> ids[i] == id && ids[i - 1] == id);
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
    Ends around = Ends.of(tokenizer);
    int first = around.first().isPresent() ? 1 : 0;
    int n = first + tokens.length() + 1;
    int[] ids = new int[n];
    int[] starts = new int[n];
    int[] ends = new int[n];
    boolean[] trained = new boolean[n];
    if (first == 1) {
      ids[0] = around.first().getAsInt();
    }
    System.arraycopy(tokens.ids(), 0, ids, first, tokens.length());
    System.arraycopy(tokens.starts(), 0, starts, first, tokens.length());
    System.arraycopy(tokens.ends(), 0, ends, first, tokens.length());
    System.arraycopy(mark(tokens, List.of(learnt)), 0, trained, first, tokens.length());
    ids[n - 1] = around.last();
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
