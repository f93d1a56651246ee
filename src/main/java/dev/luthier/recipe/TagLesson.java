package dev.luthier.recipe;

import dev.luthier.data.LabelSet;
import dev.luthier.data.RowMaker;
import dev.luthier.data.TaggedBatch;
import dev.luthier.data.TaggedRow;
import dev.luthier.data.TaggedTokenizer;
import dev.luthier.data.Tokenizer;
import dev.luthier.metric.Tagging;
import dev.luthier.model.Labels;
import dev.luthier.model.Problem;
import dev.luthier.model.TokenClassifier;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Tags of words: cross-entropy on the scores of the tags at the first token of each word.
 *
 * @param words the tokenizer for texts that come word by word
 */
record TagLesson(ModelFolder folder, Tokenizer words, LabelSet labels, long seed)
    implements Lesson<TaggedRow, TaggedBatch, TokenClassifier> {

  static TagLesson of(ModelFolder folder, LabelSet labels, long seed) {
    return new TagLesson(folder, Tokenizer.loadForWords(folder.path()), labels, seed);
  }

  @Override
  public void close() {
    words.close();
  }

  @Override
  public RowMaker<TaggedRow> rows() {
    return new TaggedTokenizer(words, labels);
  }

  @Override
  public TokenClassifier load(Compute compute) {
    return TokenClassifier.load(
        folder.path(), compute, new Labels(labels.names(), Problem.SINGLE), seed);
  }

  @Override
  public TaggedBatch batch(List<TaggedRow> rows, Draw draw, Compute compute) {
    return TaggedBatch.of(rows, compute);
  }

  @Override
  public Tensor logits(TokenClassifier model, TaggedBatch batch) {
    return model.logits(batch.input(), batch.types()).index_select(0, batch.positions()); // (M, C)
  }

  @Override
  public Tensor targets(TaggedBatch batch) {
    return batch.targets();
  }

  /** Whether the tags mark entities: B-TYPE, I-TYPE and O. */
  private boolean markEntities() {
    return labels.names().stream().allMatch(tag -> tag.matches("O|[BI](-.+)?"));
  }

  @Override
  public Set<Measure> measures() {
    return markEntities() ? Set.of(Measure.ACCURACY, Measure.F1) : Set.of(Measure.ACCURACY);
  }

  @Override
  public Tally<TaggedRow> tally() {
    return new Tags();
  }

  private final class Tags implements Tally<TaggedRow> {
    private final TokenTally<TaggedRow> tokens = new TokenTally<>();
    private final List<List<String>> truth = new ArrayList<>();
    private final List<List<String>> said = new ArrayList<>();

    @Override
    public void add(List<TaggedRow> rows, Tensor targets, Tensor verdict) {
      tokens.add(rows, targets, verdict);
      cut(rows, Ops.toLongs(targets), truth);
      cut(rows, Ops.toLongs(verdict), said);
    }

    private void cut(List<TaggedRow> rows, long[] ids, List<List<String>> into) {
      int from = 0;
      for (TaggedRow row : rows) {
        long[] own = Arrays.copyOfRange(ids, from, from + row.targets());
        into.add(LongStream.of(own).mapToObj(id -> labels.name((int) id)).toList());
        from += own.length;
      }
    }

    @Override
    public Map<Measure, Double> values() {
      Map<Measure, Double> out = new EnumMap<>(tokens.values());
      if (markEntities()) {
        out.put(Measure.F1, Tagging.STRICT.score(truth, said).all().f1());
      }
      return out;
    }
  }

  @Override
  public Exam exam(TokenClassifier model, Corpus<TaggedRow> corpus, Asking asking) {
    return ReadExam.of(this, model, corpus, folder.wording(this::tags));
  }

  private String tags(TaggedRow row, Tensor marks) {
    return LongStream.of(Ops.toLongs(marks))
        .mapToObj(id -> labels.name((int) id))
        .collect(Collectors.joining(" "));
  }

  @Override
  public List<String> next(String voice) {
    return List.of("./luthier classify %s --text TEXT".formatted(voice));
  }
}
