// Returns its argument: one `return` in bytecode, no import, no dispatch. What a benchmark tool reports for it is the cost of the tool and
// of one call that takes and returns a buffer view.
module @pass {
  func.func @pass(%value: tensor<4xf32>) -> tensor<4xf32> {
    return %value : tensor<4xf32>
  }

  // Never called. It makes the module import something from `hal`: IREE's benchmark tool stops its timer around each call (two clock system
  // calls, the cost to be measured) only for modules that do.
  func.func @rank(%value: !hal.buffer_view) -> index {
    %rank = hal.buffer_view.rank<%value : !hal.buffer_view> : index
    return %rank : index
  }
}
