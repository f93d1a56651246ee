package dev.luthier.recipe;

import dev.luthier.endpoint.ChatClient;
import dev.luthier.endpoint.LoadAdapter;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The adapter that a server has of the policy. Every version is a folder and has a name of its own,
 * so no answer can be of another version than its request names; a checkpoint holds the version's
 * number and its weights, from which a run that goes on writes the folder again.
 */
final class Served implements Still {
  private final ChatClient client;
  private final AnsweredBy.Sync sync;
  private final Adapted<CausalLm> policy;
  private final Path folder; // as the server sees it
  private final String base;
  private final Parameter version; // (1) int64: the rollout that it was made for
  private final List<Parameter> weights; // of the version
  private volatile Optional<String> loaded = Optional.empty(); // which the server has
  private volatile boolean current; // whether that is the version

  Served(
      ChatClient client, AnsweredBy.Sync sync, Adapted<CausalLm> policy, Path folder, String base) {
    this.client = client;
    this.sync = sync;
    this.policy = policy;
    this.folder = folder;
    this.base = base;
    this.weights = new ArrayList<>();
    try (Scope scope = new Scope()) {
      version = new Parameter("served", Ops.longs(new long[1], Compute.CPU));
      for (Parameter own : policy.trainable()) {
        weights.add(new Parameter("served." + own.name(), own.value().detach().clone()));
      }
    }
  }

  /** What requests call it by. */
  String name() {
    return sync.name() + "-" + Ops.toLongs(version.value())[0];
  }

  private Path place() {
    return folder.resolve(name());
  }

  @Override
  public void catchUp(long index) {
    if (index % sync.every() != 0) {
      return;
    }
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      version.value().copy_(Ops.longs(new long[] {index}, Compute.CPU));
      for (int i = 0; i < weights.size(); i++) {
        weights.get(i).value().copy_(policy.trainable().get(i).value());
      }
    }
    save();
    current = false;
  }

  private void save() {
    AtomicDirectory.write(place(), dir -> AdapterFiles.save(policy, dir, base));
  }

  /** Writes the version's folder again, where it is not there, with its weights put in for that. */
  @Override
  public void settle() {
    if (current || Files.isDirectory(place())) {
      return;
    }
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      List<Tensor> now = new ArrayList<>();
      for (int i = 0; i < weights.size(); i++) {
        Tensor own = policy.trainable().get(i).value();
        now.add(own.detach().clone());
        own.copy_(weights.get(i).value());
      }
      try {
        save();
      } finally {
        for (int i = 0; i < now.size(); i++) {
          policy.trainable().get(i).value().copy_(now.get(i));
        }
      }
    }
  }

  /** Has the version loaded, and the one before forgotten. */
  @Override
  public void ready() {
    if (current) {
      return;
    }
    String now = name();
    forget(now); // of another run, or of this one before it was broken off
    client.told(new LoadAdapter(now, Optional.of(place().toAbsolutePath())));
    loaded.filter(before -> !before.equals(now)).ifPresent(this::remove);
    loaded = Optional.of(now);
    current = true;
  }

  private void remove(String before) {
    forget(before);
    if (Files.isDirectory(folder.resolve(before))) {
      AtomicDirectory.remove(folder.resolve(before));
    }
  }

  private void forget(String name) {
    try {
      client.told(new LoadAdapter(name, Optional.empty()));
    } catch (UserError e) {
      return; // it does not know it, as it should be
    }
  }

  @Override
  public List<Parameter> state() {
    return Stream.concat(Stream.of(version), weights.stream()).toList();
  }

  @Override
  public void close() {
    version.close();
    weights.forEach(Parameter::close);
  }
}
