package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Claims;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Trains in a process like this one.
 *
 * @param together how many may train at once; they share the cores
 * @param gpus the GPUs to spread them over; empty leaves that to CUDA
 */
record ChildTrainer(int together, List<Integer> gpus) implements Claims.Trainer {
  private static final String PARENT = "luthier.parent";
  private static final List<String> THREADS =
      List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS");

  /**
   * Ends this process as a SIGTERM would once the one that began it as a trainer is gone; one that
   * was killed has no time to say so.
   */
  static void endWithParent() {
    Optional.ofNullable(Long.getLong(PARENT))
        .ifPresent(
            pid ->
                ProcessHandle.of(pid)
                    .map(ProcessHandle::onExit)
                    .orElseGet(() -> CompletableFuture.completedFuture(ProcessHandle.current()))
                    .thenRunAsync(() -> System.exit(143)));
  }

  @Override
  public boolean train(Path recipe, boolean resume, Path log, int place) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-Dluthier.terminal=false");
    command.add("-D%s=%d".formatted(PARENT, ProcessHandle.current().pid()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Luthier.class.getName(), "train", recipe.toString()));
    if (resume) {
      command.add("--resume");
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    environment(builder.environment(), place);
    try {
      Process process = builder.start();
      Thread stop = new Thread(process::destroy); // a stopped comparison stops what it began
      Runtime.getRuntime().addShutdownHook(stop);
      int code = process.waitFor();
      Runtime.getRuntime().removeShutdownHook(stop);
      return code == 0;
    } catch (IOException e) {
      throw new UserError("cannot start " + command.get(0) + ": " + UserError.reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (IllegalStateException stopping) {
      return false;
    }
  }

  private void environment(Map<String, String> environment, int place) {
    int threads =
        Math.max(1, Runtime.getRuntime().availableProcessors() / Math.max(together, gpus.size()));
    for (String name : THREADS) {
      environment.merge(
          name,
          String.valueOf(threads),
          (set, share) -> set.matches("\\d{1,9}") && Integer.parseInt(set) < threads ? set : share);
    }
    if (!gpus.isEmpty()) {
      environment.put("CUDA_VISIBLE_DEVICES", String.valueOf(gpus.get(place % gpus.size())));
    }
  }
}
