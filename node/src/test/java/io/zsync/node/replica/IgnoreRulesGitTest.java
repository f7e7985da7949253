package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RuleText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules leave out what git leaves out, by {@code git check-ignore}, in generated trees with rule files in them. */
class IgnoreRulesGitTest {
    private static final int CASES = 500;

    @TempDir
    Path temp;

    /** One member of a case: its path for git, and all that explains the answer. */
    private record Question(byte[] path, boolean isOut, String told) {}

    private final List<Question> questions = new ArrayList<>();

    @Test
    void leavesOutWhatGitLeavesOut() throws Exception {
        assumeTrue(isGitThere(), "no git in the PATH");
        long seed = Long.getLong("zsync.seed", System.nanoTime());
        System.out.println("rules of seed " + seed);
        IgnoreCases cases = new IgnoreCases(new Random(seed));
        int refused = 0;
        assertEquals(0, git("init", "-q").start().waitFor());
        try (Root root = LinuxRoot.open(temp);
                Directory top = root.directory(RelativePath.ROOT)) {
            for (int i = 0; i < CASES; i++) {
                IgnoreCases.Folder tree = cases.next();
                RelativePath path = RelativePath.ROOT.child(Name.of("case" + i));
                int before = questions.size();
                try {
                    ask(path, tree, IgnoreRules.of(RuleText.NONE).with(new RuleText(tree.rules)), false, "");
                    make(top, path.name(), tree);
                } catch (IllegalArgumentException tooLongToMatch) {
                    // Refused by name; git would try.
                    questions.subList(before, questions.size()).clear();
                    refused++;
                }
            }
        }

        assertTrue(refused <= CASES / 50, refused + " of " + CASES + " refused");
        List<Boolean> answers = answers();

        assertEquals(questions.size(), answers.size());
        List<String> apart = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i) != questions.get(i).isOut) {
                apart.add((answers.get(i) ? "git leaves out " : "git keeps ") + questions.get(i).told);
            }
        }
        assertEquals(
                "", String.join("\n", apart.subList(0, Math.min(20, apart.size()))), apart.size() + " answers apart");
        long out = answers.stream().filter(isOut -> isOut).count();
        assertTrue(out > answers.size() / 20 && out < answers.size() / 2, out + " of " + answers.size() + " left out");
    }

    /** Git asks only whether a path is a directory; a file need not be there. */
    private static void make(Directory parent, Name name, IgnoreCases.Folder folder) throws IOException {
        parent.makeDirectory(name);
        try (Directory directory = parent.directory(name)) {
            if (folder.rules.length > 0) {
                try (OpenFile file = directory.create(Name.of(".gitignore"))) {
                    ByteBuffer text = ByteBuffer.allocateDirect(folder.rules.length);
                    file.write(text.put(folder.rules).flip(), 0);
                }
            }
            for (Map.Entry<Name, IgnoreCases.Folder> below : folder.folders.entrySet()) {
                make(directory, below.getKey(), below.getValue());
            }
        }
    }

    private void ask(RelativePath path, IgnoreCases.Folder folder, IgnoreRules rules, boolean isOut, String above) {
        String texts = above + "\n    rules in " + path + ": " + Escape.bytes(folder.rules);
        for (Name file : folder.files) {
            question(path.child(file), isOut || rules.excludes(file, false), texts);
        }
        for (Map.Entry<Name, IgnoreCases.Folder> member : folder.folders.entrySet()) {
            Name name = member.getKey();
            boolean isBelowOut = isOut || rules.excludes(name, true);
            question(path.child(name), isBelowOut, texts);
            IgnoreCases.Folder below = member.getValue();
            ask(path.child(name), below, rules.below(name, new RuleText(below.rules)), isBelowOut, texts);
        }
    }

    private void question(RelativePath path, boolean isOut, String texts) {
        questions.add(new Question(path.bytes(), isOut, path + texts));
    }

    /** What git says to each question: it prints source, line, pattern and path of each, none for what it does not know. */
    private List<Boolean> answers() throws Exception {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (Question question : questions) {
            input.writeBytes(question.path);
            input.write(0);
        }
        Path asked = Files.write(temp.resolve(".git/questions"), input.toByteArray());
        Path answered = temp.resolve(".git/answers");
        Process git = git("check-ignore", "--no-index", "-z", "--stdin", "-v", "-n")
                .redirectInput(asked.toFile())
                .redirectOutput(answered.toFile())
                .start();
        assertEquals(0, git.waitFor());
        List<Boolean> answers = new ArrayList<>();
        byte[] output = Files.readAllBytes(answered);
        int[] starts = new int[5];
        int field = 0;
        for (int i = 0; i < output.length; i++) {
            if (output[i] == 0) {
                starts[++field] = i + 1;
                if (field == 4) {
                    answers.add(starts[1] - starts[0] > 1 && output[starts[2]] != '!');
                    starts[0] = i + 1;
                    field = 0;
                }
            }
        }
        return answers;
    }

    private ProcessBuilder git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git", "-c", "core.excludesFile=/dev/null"));
        command.addAll(List.of(arguments));
        ProcessBuilder git =
                new ProcessBuilder(command).directory(temp.toFile()).inheritIO();
        git.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        return git;
    }

    private boolean isGitThere() throws InterruptedException {
        try {
            return git("--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException _) {
            return false;
        }
    }
}
