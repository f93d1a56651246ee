package dev.luthier.recipe;

import dev.luthier.data.Encoded;
import dev.luthier.data.Tokenizer;
import dev.luthier.model.TokenClassifier;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A tag for each word of a text, that of the word's first token; blanks part words.
 *
 * @param tokenizer for texts that come word by word
 */
record WordKind(TokenClassifier model, Tokenizer tokenizer) implements Labeller.Kind {

  static WordKind of(TokenClassifier model, ModelFolder folder) {
    return new WordKind(model, Tokenizer.loadForWords(folder.path()));
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  @Override
  public List<String> say(List<String> texts) {
    return texts.stream().map(this::say).toList();
  }

  private String say(String text) {
    List<String> words = List.of(text.strip().split("\\s+"));
    Encoded row = tokenizer.encode(words).cut(model.context());
    long[] types = Arrays.stream(row.types()).asLongStream().toArray();
    Tensor logits = // (N, L)
        model.logits(
            Sequences.of(List.of(row.ids()), model.compute()), Ops.longs(types, model.compute()));
    long[] best = Ops.toLongs(logits.argmax(new LongOptional(1), false));
    List<String> out = new ArrayList<>();
    int last = -1;
    for (int i = 0; i < row.length(); i++) {
      int word = row.words()[i];
      if (word >= 0 && word != last) {
        out.add(words.get(word) + "/" + model.labels().names().get((int) best[i]));
        last = word;
      }
    }
    return String.join(" ", out);
  }
}
