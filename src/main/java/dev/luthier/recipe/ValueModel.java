package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.model.Classifier;
import dev.luthier.model.ValueHead;
import dev.luthier.tensor.Parameter;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A value model at work. Letters: M tokens of all answers, H width. */
interface ValueModel extends AutoCloseable {
  /**
   * What the state before each learnt token is worth, (M) float32.
   *
   * @param hidden (M, H) the policy's states there
   */
  Tensor of(Tensor hidden, TokenBatch batch);

  /** Its weights, all of which train. */
  List<Parameter> weights();

  /** Called before the first step. */
  default void begin(Beginner<?, ?> run) {
    long count = weights().stream().mapToLong(Parameter::count).sum();
    run.note().accept("the value model has %,d weights, which learn beside".formatted(count));
  }

  /** Writes it into a folder that exists. */
  void save(Path dir);

  @Override
  void close();

  /**
   * A linear map on the policy's states.
   *
   * @param detached whether its gradient ends there
   */
  static ValueModel of(ValueHead head, boolean detached) {
    head.parameters().forEach(p -> p.trainable(true));
    return new ValueModel() {
      @Override
      public Tensor of(Tensor hidden, TokenBatch batch) {
        return head.values(detached ? hidden.detach() : hidden);
      }

      @Override
      public List<Parameter> weights() {
        return head.parameters();
      }

      @Override
      public void save(Path dir) {
        head.save(dir);
      }

      @Override
      public void close() {
        head.close();
      }
    };
  }

  /**
   * A model of its own.
   *
   * @param from its folder
   */
  static ValueModel of(Classifier critic, Path from) {
    critic.parameters().forEach(p -> p.trainable(true));
    return new ValueModel() {
      @Override
      public Tensor of(Tensor hidden, TokenBatch batch) {
        return critic.logitsAt(batch.input(), batch.positions()).squeeze(1); // (M, 1) -> (M)
      }

      @Override
      public List<Parameter> weights() {
        return List.copyOf(critic.parameters());
      }

      @Override
      public void begin(Beginner<?, ?> run) {
        ValueModel.super.begin(run);
        run.recipe().memory().on(critic, note -> {});
      }

      @Override
      public void save(Path dir) {
        critic.save(dir, ModelFolder.storedType(from));
        ModelFolder.copyCompanions(from, dir);
      }

      @Override
      public void close() {
        critic.close();
      }
    };
  }
}
