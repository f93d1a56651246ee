package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.TaskNames;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.model.Model;
import dev.luthier.peft.Peft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The names of the tasks that an adapter tells apart, by their numbers, in a file tasks.json of its
 * folder: PEFT's files know tasks by number alone.
 */
final class KnownTasks {
  static final String FILE = "tasks.json";
  private static final String NO_LIST =
      " is no list of the tasks' names, such as [\"sorting\", \"capitals\"]";
  private static final ObjectMapper JSON = new ObjectMapper();

  private KnownTasks() {}

  static void write(TaskNames names, Path dir) {
    try {
      AtomicFile.write(dir.resolve(FILE), JSON.writeValueAsBytes(names.names()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** None where the folder names none. */
  static TaskNames read(Path dir) {
    Path file = dir.resolve(FILE);
    if (!Files.exists(file)) {
      return new TaskNames(List.of());
    }
    try {
      String[] names = JSON.readValue(file.toFile(), String[].class);
      if (names != null && Stream.of(names).allMatch(Objects::nonNull)) {
        return new TaskNames(List.of(names));
      }
    } catch (JsonProcessingException broken) {
      throw new UserError(file + NO_LIST, broken);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + UserError.reason(e), e);
    }
    throw new UserError(file + NO_LIST);
  }

  /**
   * Tells the model which task whatever comes is of.
   *
   * @param method of the adapter on the model, if there is one
   * @throws UserError if the adapter does not know the task, or which one is meant cannot be told
   */
  static void tell(Model model, Writer.Voice voice, Optional<Peft> method) {
    int count = method.map(Peft::tasks).orElse(0);
    if (count == 0) {
      voice
          .task()
          .ifPresent(
              task -> {
                throw new UserError(
                    "--task %s: %s; leave it out"
                        .formatted(
                            task,
                            method
                                .map(m -> Schema.name(m) + " does not tell tasks apart")
                                .orElse("without an adapter there are no tasks")));
              });
      return;
    }
    TaskNames names = voice.adapter().map(KnownTasks::read).orElseThrow();
    if (voice.task().isEmpty() && count > 1) {
      throw new UserError(
          "the adapter tells %s apart; say which with --task"
              .formatted(names.size() == 0 ? "tasks 0 to " + (count - 1) : "the tasks " + names));
    }
    model.tasks().set(voice.task().map(task -> number(task, names, count)).orElse(0));
  }

  /** As a shell takes it. */
  static String quoted(String name) {
    return name.matches("[\\w.-]+") ? name : "'%s'".formatted(name.replace("'", "'\\''"));
  }

  /** By its name, or by its number where tasks have no names. */
  private static int number(String task, TaskNames names, int count) {
    Optional<Integer> found =
        names.size() == 0 && task.matches("\\d{1,9}")
            ? Optional.of(Integer.parseInt(task))
            : names.number(task);
    return found
        .filter(n -> n < count)
        .orElseThrow(
            () ->
                new UserError(
                    "--task %s is none of the adapter's: %s"
                        .formatted(
                            task, names.size() == 0 ? "0 to " + (count - 1) : names.toString())));
  }
}
