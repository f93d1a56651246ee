package dev.luthier.recipe;

import dev.luthier.model.CausalLm;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.MaskedLm;
import dev.luthier.model.Model;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Models;
import dev.luthier.model.SentenceEncoder;
import dev.luthier.model.Seq2Seq;
import dev.luthier.model.TokenClassifier;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Sequences;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Tensor;

/** The model that an adapter was made for. */
final class AdapterBase {
  private static final int SAMPLE = 64; // tokens that two forms of a model are compared on

  private AdapterBase() {}

  /**
   * The folder's model with the head that it was trained with: an adapter for sequences or tokens
   * brings a config.json with its labels, since the folder may have another head or none.
   */
  static Model load(Path folder, Path adapter, Compute compute) {
    Path own = adapter.resolve("config.json");
    ModelConfig config = ModelConfig.read(Files.exists(own) ? adapter : folder);
    if (is(config, "ForTokenClassification")) {
      return TokenClassifier.load(folder, compute, Labels.of(config), 0);
    }
    return is(config, "ForSequenceClassification")
        ? Classifier.load(folder, compute, Labels.of(config), 0)
        : Models.load(folder, compute);
  }

  /** Whether a model of this config.json says what texts or words are. */
  static boolean is(ModelConfig config, String architecture) {
    return StreamSupport.stream(config.json().path("architectures").spliterator(), false)
        .anyMatch(name -> name.asText().endsWith(architecture));
  }

  /** What a model says of some tokens spread over its vocabulary, (.., ..). */
  static Tensor sample(Model model) {
    int n =
        Math.min(SAMPLE, model instanceof CausalLm lm ? lm.context() : model.config().context());
    int vocabulary = model.config().vocabSize();
    int[] ids = IntStream.range(0, n).map(i -> (int) ((long) i * 7919 % vocabulary)).toArray();
    Sequences batch = Sequences.of(List.of(ids), model.compute());
    if (model instanceof CausalLm lm) {
      return lm.logits(lm.hidden(batch));
    }
    if (model instanceof Seq2Seq writer) {
      return writer.logits(writer.hidden(batch, batch));
    }
    if (model instanceof Classifier classifier) {
      return classifier.logits(batch, null);
    }
    if (model instanceof TokenClassifier tagger) {
      return tagger.logits(batch, null);
    }
    return model instanceof MaskedLm lm
        ? lm.logits(lm.hidden(batch, null))
        : ((SentenceEncoder) model).hidden(batch, null);
  }
}
