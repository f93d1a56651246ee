package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Ops;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A multitask prompt that was trained before, to begin another one. Letters: K its tasks, R virtual
 * tokens, E their width, r the rank.
 */
record SourceTasks(Path file) {
  private static final String END = ".safetensors";

  /** The file of a folder, or a file. */
  static Path file(Path from) {
    String name = from.toString();
    if (name.endsWith(".bin") || name.endsWith(".pt")) {
      throw new UserError(
          from
              + " is a pickle, which is refused because reading it runs code; save it with safetensors");
    }
    return name.endsWith(END) ? from : from.resolve(AdapterFiles.WEIGHTS);
  }

  /** P*, (R, E) float32. */
  Tensor shared(int rows, Site site) {
    return read(VirtualTokens.GIVEN, site, rows, width(site));
  }

  /** u (K, R, r) and v (K, r, E), float32. */
  MultitaskStart.Own own(int rows, int rank, Site site) {
    return new MultitaskStart.Own(
        read(MultitaskPrompt.COLUMNS, site, rows, rank),
        read(MultitaskPrompt.ROWS, site, rank, width(site)));
  }

  private static long width(Site site) {
    return site.model().frame().stacks().get(0).tokens().width();
  }

  /** A copy of a tensor whose last sizes are these. */
  private Tensor read(String name, Site site, long... last) {
    if (!Files.exists(file)) {
      throw new UserError("multitask_prompt.start: there is no " + file);
    }
    try (Safetensors saved = Safetensors.open(file)) {
      if (!saved.infos().containsKey(name)) {
        throw new UserError(
            "%s holds no %s, so it is no multitask prompt to begin from".formatted(file, name));
      }
      Tensor found = saved.tensor(name);
      long[] shape = Ops.shape(found);
      int before = name.equals(VirtualTokens.GIVEN) ? 0 : 1;
      if (shape.length != before + 2
          || !Arrays.equals(Arrays.copyOfRange(shape, before, before + 2), last)) {
        throw new UserError(
            "%s: %s is %s, but this prompt needs %s; take its tokens and rank, and the same model"
                .formatted(file, name, Arrays.toString(shape), Arrays.toString(last)));
      }
      return found.to(site.model().compute().torchDevice(), ScalarType.Float).clone();
    }
  }
}
