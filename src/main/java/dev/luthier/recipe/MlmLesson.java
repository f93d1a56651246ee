package dev.luthier.recipe;

import dev.luthier.data.MaskableRow;
import dev.luthier.data.MaskableTokenizer;
import dev.luthier.data.Masking;
import dev.luthier.data.RowMaker;
import dev.luthier.data.TaggedBatch;
import dev.luthier.data.TaggedRow;
import dev.luthier.model.MaskedLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Tokens hidden from an encoder: cross-entropy on what stood there. What is hidden is drawn anew in
 * every epoch, and is the same in all evaluations.
 */
record MlmLesson(ModelFolder folder, Masking masking, long seed)
    implements TokenLesson<MaskableRow, TaggedBatch, MaskedLm> {

  static MlmLesson of(ModelFolder folder, double share, long seed) {
    return new MlmLesson(folder, Masking.of(share, folder.tokenizer()), seed);
  }

  @Override
  public RowMaker<MaskableRow> rows() {
    return new MaskableTokenizer(folder.tokenizer(), masking);
  }

  @Override
  public MaskedLm load(Compute compute) {
    return MaskedLm.load(folder.path(), compute);
  }

  @Override
  public TaggedBatch batch(List<MaskableRow> rows, Draw draw, Compute compute) {
    return TaggedBatch.of(
        IntStream.range(0, rows.size()).mapToObj(i -> hide(rows.get(i), draw, i)).toList(),
        compute);
  }

  private TaggedRow hide(MaskableRow row, Draw draw, int i) {
    return masking.hide(row, seed, draw.epoch(), draw.numbers()[i]);
  }

  @Override
  public long weight(MaskableRow row) {
    return masking.count(row.targets());
  }

  @Override
  public Tensor hidden(MaskedLm model, TaggedBatch batch) {
    return model.hidden(batch.input(), batch.types()).index_select(0, batch.positions());
  }

  @Override
  public Tensor scores(MaskedLm model, Tensor hidden) {
    return model.logits(hidden);
  }

  @Override
  public Tensor targets(TaggedBatch batch) {
    return batch.targets();
  }

  @Override
  public Set<Measure> measures() {
    return Set.of(Measure.ACCURACY);
  }

  @Override
  public Tally<MaskableRow> tally() {
    return new TokenTally<>();
  }

  @Override
  public Exam exam(MaskedLm model, Corpus<MaskableRow> corpus, Asking asking) {
    return ReadExam.of(
        this,
        model,
        corpus,
        new ReadExam.Wording<>() {
          @Override
          public String text(MaskableRow row, Draw draw) {
            return folder.tokenizer().decode(hide(row, draw, 0).ids(), false);
          }

          @Override
          public String words(MaskableRow row, Tensor marks) {
            int[] ids = LongStream.of(Ops.toLongs(marks)).mapToInt(Math::toIntExact).toArray();
            return folder.tokenizer().decode(ids, false);
          }
        });
  }

  @Override
  public List<String> next(String voice) {
    return List.of(); // an encoder to go on from
  }
}
