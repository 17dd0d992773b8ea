// A small 16-bit processor: eight registers, an arithmetic unit with a multiplier and a shifter,
// a stack pointer, interrupts, a timer and a serial port.

module alu #(parameter WIDTH = 16) (
    input  [3:0] op,
    input  [WIDTH-1:0] a, b,
    input  carry_in,
    output reg [WIDTH-1:0] y,
    output reg carry,
    output zero, negative
);
    wire [WIDTH-1:0] product = a[WIDTH/2-1:0] * b[WIDTH/2-1:0];
    always @* begin
        carry = 1'b0;
        case (op)
            4'h0: {carry, y} = a + b;
            4'h1: {carry, y} = a - b;
            4'h2: {carry, y} = a + b + carry_in;
            4'h3: y = a & b;
            4'h4: y = a | b;
            4'h5: y = a ^ b;
            4'h6: y = a << b[3:0];
            4'h7: y = a >> b[3:0];
            4'h8: y = $signed(a) >>> b[3:0];
            4'h9: y = product;
            4'ha: y = a & ~b;
            4'hb: y = {{(WIDTH-1){1'b0}}, $signed(a) < $signed(b)};
            4'hc: y = {a[7:0], a[15:8]};
            default: y = b;
        endcase
    end
    assign zero = y == 0;
    assign negative = y[WIDTH-1];
endmodule

module registers (
    input clk, write,
    input [2:0] ra, rb, rd,
    input [15:0] data,
    output [15:0] a, b
);
    reg [15:0] file [0:7];
    always @(posedge clk) if (write) file[rd] <= data;
    assign a = file[ra];
    assign b = file[rb];
endmodule

module timer (
    input clk, reset, select, write,
    input [1:0] address,
    input [15:0] data,
    output reg [15:0] value,
    output reg expired
);
    reg [15:0] count, reload;
    reg running;
    always @(posedge clk)
        if (reset) begin
            {count, reload, running, expired} <= 0;
        end else begin
            if (running) begin
                count <= count - 1;
                if (count == 0) begin
                    count <= reload;
                    expired <= 1;
                end
            end
            if (select && write) case (address)
                0: count <= data;
                1: reload <= data;
                2: {expired, running} <= data[1:0];
            endcase
        end
    always @*
        case (address)
            0: value = count;
            1: value = reload;
            default: value = {14'b0, expired, running};
        endcase
endmodule

module serial #(parameter DIVIDER = 104) (
    input clk, reset, send,
    input [7:0] data,
    output line, busy
);
    reg [9:0] shift;
    reg [3:0] left;
    reg [$clog2(DIVIDER)-1:0] tick;
    assign busy = left != 0;
    assign line = busy ? shift[0] : 1'b1;
    always @(posedge clk)
        if (reset) begin
            left <= 0;
            tick <= 0;
            shift <= ~10'b0;
        end else if (!busy) begin
            if (send) begin
                shift <= {1'b1, data, 1'b0};
                left <= 10;
                tick <= DIVIDER - 1;
            end
        end else if (tick == 0) begin
            shift <= {1'b1, shift[9:1]};
            left <= left - 1;
            tick <= DIVIDER - 1;
        end else
            tick <= tick - 1;
endmodule

module cpu (
    input clk, reset,
    input [15:0] instruction, load,
    output reg [15:0] pc,
    output [15:0] address, store,
    output write, line
);
    localparam FETCH = 0, EXECUTE = 1, MEMORY = 2, TRAP = 3;
    reg [1:0] state;
    reg [15:0] ir, saved_pc, sp;
    reg carry, zero, negative, enabled;

    wire [3:0] op = ir[15:12];
    wire [15:0] a, b, y, ticks;
    wire [15:0] immediate = {{10{ir[5]}}, ir[5:0]};
    wire carry_out, zero_out, negative_out, expired, busy;
    wire is_alu = op < 4'h8, is_load = op == 4'h8, is_store = op == 4'h9;
    wire is_branch = op == 4'ha, is_jump = op == 4'hb, is_push = op == 4'hc, is_pop = op == 4'hd;
    wire to_timer = address[15:4] == 12'hff0, to_serial = address[15:4] == 12'hff1;

    reg taken;
    always @*
        case (ir[11:9])
            0: taken = zero;
            1: taken = !zero;
            2: taken = carry;
            3: taken = !carry;
            4: taken = negative;
            5: taken = !negative;
            6: taken = negative ^ carry;
            default: taken = 1;
        endcase

    registers file (
        .clk(clk), .write(state == EXECUTE && is_alu || state == MEMORY && (is_load || is_pop)),
        .ra(ir[8:6]), .rb(ir[5:3]), .rd(ir[11:9]),
        .data(is_alu ? y : to_timer ? ticks : to_serial ? {15'b0, busy} : load), .a(a), .b(b));
    alu #(.WIDTH(16)) unit (
        .op(op[2] ? {ir[2:0], op[0]} : {op[1:0], ir[1:0]}), .a(a), .b(op[0] ? immediate : b),
        .carry_in(carry), .y(y), .carry(carry_out), .zero(zero_out), .negative(negative_out));
    timer clock (
        .clk(clk), .reset(reset), .select(to_timer), .write(write), .address(address[1:0]),
        .data(store), .value(ticks), .expired(expired));
    serial #(.DIVIDER(52)) port (
        .clk(clk), .reset(reset), .send(to_serial && write), .data(store[7:0]), .line(line), .busy(busy));

    assign address = is_push || is_pop ? sp : a + immediate;
    assign store = b;
    assign write = state == MEMORY && (is_store || is_push);

    always @(posedge clk)
        if (reset) begin
            state <= FETCH;
            pc <= 0;
            sp <= 16'hfe00;
            {carry, zero, negative, enabled, saved_pc, ir} <= 0;
        end else case (state)
            FETCH:
                if (expired && enabled) state <= TRAP;
                else begin
                    ir <= instruction;
                    pc <= pc + 1;
                    state <= EXECUTE;
                end
            EXECUTE: begin
                state <= is_load || is_store || is_push || is_pop ? MEMORY : FETCH;
                if (is_alu) {carry, zero, negative} <= {carry_out, zero_out, negative_out};
                if (is_branch && taken) pc <= pc + immediate;
                if (is_jump) pc <= a;
                if (is_push) sp <= sp - 1;
                if (op == 4'he) begin
                    enabled <= ir[0];
                    if (ir[1]) pc <= saved_pc;
                end
            end
            MEMORY: begin
                if (is_pop) sp <= sp + 1;
                state <= FETCH;
            end
            TRAP: begin
                saved_pc <= pc;
                pc <= 16'h0004;
                enabled <= 0;
                state <= FETCH;
            end
        endcase
endmodule
