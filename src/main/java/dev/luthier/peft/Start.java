package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.model.TokenStates;
import dev.luthier.tensor.Seed;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What virtual tokens begin as. Lester et al. 2021 (section 3.2) and Li and Liang 2021 (section
 * 7.4) find that real tokens are the better start, the former in all but the largest models, the
 * latter on little data.
 */
@Doc("What virtual tokens begin as")
public sealed interface Start extends MultitaskStart {
  /** Tokens drawn from the vocabulary, each as likely as any other, as in PEFT. */
  @Doc("Tokens drawn from the vocabulary")
  record Vocabulary() implements Start {
    @Override
    public int[] ids(int tokens, Site site) {
      SplittableRandom random = new SplittableRandom(Seed.of(site.seed(), 0));
      int vocabulary = site.model().config().vocabSize();
      return random.ints(tokens, 0, vocabulary).toArray();
    }
  }

  /** The tokens of a text, over and over until there are enough, as in PEFT. */
  @Shorthand
  @Doc("The tokens of a text, such as a description of the task; repeated or cut as needed")
  record Text(@Doc("The text") String text) implements Start {
    public Text {
      if (text.isBlank()) {
        throw new UserError("start.text must hold a word, was \"" + text + "\"");
      }
    }

    @Override
    public int[] ids(int tokens, Site site) {
      int[] own = site.start().words().apply(text);
      return IntStream.range(0, tokens).map(i -> own[i % own.length]).toArray();
    }
  }

  /** Values from N(0, 1), as in PEFT. */
  @Doc("Numbers drawn from a standard normal distribution; learns slowest")
  record Random() implements Start {
    @Override
    public int[] ids(int tokens, Site site) {
      return new int[0];
    }
  }

  /** The real tokens that so many virtual ones begin as; none where they are random. */
  int[] ids(int tokens, Site site);

  @Override
  default Tensor embeddings(int rows, Site site) {
    Model model = site.model();
    TokenStates tokens = model.frame().stacks().get(0).tokens();
    int[] ids = ids(rows, site);
    return ids.length == 0
        ? normal(site, rows, tokens.width())
        : tokens.embeddings(ids, model).clone();
  }

  /** Values from N(0, 1) that depend on the seed alone. */
  static Tensor normal(Site site, long... shape) {
    torch.manual_seed(site.seed());
    return Fresh.normal(site.model().compute(), 1, shape);
  }
}
