// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// machine_unpack TREE FOLDER: unpacks tests/golden/machine/*.tree for `rondo machine --root=FOLDER`.

#include "machine_tree.h"

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: machine_unpack TREE FOLDER\n");
    return 2;
  }
  tree_has_masks = true;
  tree_unpack(argv[1], argv[2]);
  return 0;
}
