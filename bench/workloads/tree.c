/* Balanced trees in linear memory: nodes are found, inserted with rotations, and removed, by
 * recursion through pointers. */
#include "workload.h"

#define NODES 8192
typedef struct Node {
    struct Node *left, *right;
    int32_t key, level, count;
} Node;

static Node nodes[NODES], *unused;

/* Of Andersson's trees: no left child is of the level of its parent, and no two right ones are. */
static Node *skew(Node *node) {
    Node *left = node->left;
    if (left && left->level == node->level) {
        node->left = left->right;
        left->right = node;
        return left;
    }
    return node;
}

static Node *split(Node *node) {
    Node *right = node->right;
    if (right && right->right && right->right->level == node->level) {
        node->right = right->left;
        right->left = node;
        right->level++;
        return right;
    }
    return node;
}

static NOINLINE Node *insert(Node *node, int32_t key) {
    if (!node) {
        node = unused;
        if (!node) {
            return NULL;
        }
        unused = node->right;
        *node = (Node){NULL, NULL, key, 1, 1};
        return node;
    }
    if (key == node->key) {
        node->count++;
        return node;
    }
    if (key < node->key) {
        node->left = insert(node->left, key);
    } else {
        node->right = insert(node->right, key);
    }
    return split(skew(node));
}

static int32_t level(const Node *node) { return node ? node->level : 0; }

static NOINLINE Node *remove_key(Node *node, int32_t key) {
    if (!node) {
        return NULL;
    }
    if (key < node->key) {
        node->left = remove_key(node->left, key);
    } else if (key > node->key) {
        node->right = remove_key(node->right, key);
    } else if (node->left && node->right) {
        Node *next = node->right;
        while (next->left) {
            next = next->left;
        }
        node->key = next->key;
        node->count = next->count;
        node->right = remove_key(node->right, next->key);
    } else {
        Node *rest = node->left ? node->left : node->right;
        node->right = unused;
        unused = node;
        return rest;
    }
    int32_t below = level(node->left) < level(node->right) ? level(node->left) : level(node->right);
    if (below + 1 < node->level) {
        node->level = below + 1;
        if (level(node->right) > node->level) {
            node->right->level = node->level;
        }
        node = skew(node);
        if (node->right) {
            node->right = skew(node->right);
            if (node->right->right) {
                node->right->right = skew(node->right->right);
            }
        }
        node = split(node);
        if (node->right) {
            node->right = split(node->right);
        }
    }
    return node;
}

static NOINLINE const Node *find(const Node *node, int32_t key) {
    while (node && node->key != key) {
        node = key < node->key ? node->left : node->right;
    }
    return node;
}

static NOINLINE int64_t fold(const Node *node, int64_t sum) {
    if (!node) {
        return sum;
    }
    sum = fold(node->left, sum);
    sum = sum * 31 + node->key * node->level + node->count;
    return fold(node->right, sum);
}

EXPORT int64_t run(int32_t n) {
    uint32_t random = 2463534242u;
    Node *root = NULL;
    int64_t sum = 0;
    unused = NULL;
    for (int i = NODES - 1; i >= 0; i--) {
        nodes[i].right = unused;
        unused = &nodes[i];
    }
    for (int32_t i = 0; i < n; i++) {
        uint32_t x = next_random(&random);
        root = insert(root, (int32_t)(x % 7919));
        const Node *found = find(root, (int32_t)(x >> 13) % 7919);
        sum += found ? found->count : -1;
        found = find(root, (int32_t)(x >> 7) % 7919);
        sum = sum * 3 + (found ? found->key : 7);
        if (x & 0x10000) {
            root = remove_key(root, (int32_t)(x >> 17) % 7919);
        }
    }
    return fold(root, sum);
}
